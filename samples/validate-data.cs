#!/usr/bin/env dotnet
#:project ../Alignment.MLNet/Alignment.MLNet.csproj
#:property PublishAot=false

// Walks a data set, prints what is in it and what is wrong with it.
//   dotnet run samples/validate-data.cs -- DATA
// Ends with 0 when there is something to work with, 3 when there is not.
using System.Globalization;
using Alignment;
using Alignment.MLNet;
using Alignment.MLNet.Dataset;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length != 1)
{
    Console.Error.WriteLine("Usage: dotnet run samples/validate-data.cs -- DATA");
    return 2;
}

string csv = Path.Combine(Directory.CreateTempSubdirectory("validate-data-").FullName, ValidScenesCsv.FileName);
try
{
    // 1. Which scenes can be used? Deep: every picture is decoded.
    var report = ValidationJob.Run(args[0], csv, options: new() { Deep = true });
    Console.WriteLine($"{report.DataFolder}: {report.Videos} videos, {report.Scenes} scenes, {report.ValidScenes} valid");
    foreach (var problem in report.Problems)
        Console.WriteLine(
            $"  {(problem.Rejects ? "left out" : "note")} {problem.VideoId} {problem.SceneNumber}: {problem.Kind}. {problem.Message}");

    // 2. How much attention has the product? The stages are estimators: chained, fitted and read like ML.NET's own.
    var ml = new MLContext(seed: 1);
    var scenes = ml.Data.LoadFromEnumerable(ValidScenesCsv.Read(csv));
    var pipeline = ml.Alignment.LoadMap(new()
    {
        InputColumn = SceneColumns.KeywordMaskPath,
        OutputColumn = SceneColumns.MaskSoft,
        White = 1
    })
        .Append(ml.Alignment.BinarizeMask())
        .Append(ml.Alignment.LoadMap())
        .Append(ml.Alignment.NormalizeHeatmap())
        .Append(ml.Alignment.ScoreAlignment());
    var scored = pipeline.Fit(scenes).Transform(scenes);

    Console.WriteLine($"{"scene",-32} {"keyword",-12} {"alignment",10} {"share",8}");
    foreach (var row in ml.Data.CreateEnumerable<Scored>(scored, reuseRowObject: true))
        Console.WriteLine(
            $"{SceneRecord.IdOf(row.VideoId, row.SceneNumber),-32} {row.Keyword,-12} {row.Alignment,10:0.0000} {row.Share,8:P1}");
    return 0;
}
catch (AlignmentException e)
{
    Console.Error.WriteLine(e.Message);
    return e.ExitCode;
}
finally
{
    Directory.Delete(Path.GetDirectoryName(csv)!, recursive: true);
}

// The columns that are read; no other column of the pipeline is computed for them.
sealed class Scored
{
    [ColumnName(SceneColumns.VideoId)] public string VideoId { get; set; } = "";
    [ColumnName(SceneColumns.SceneNumber)] public int SceneNumber { get; set; }
    [ColumnName(SceneColumns.Keyword)] public string Keyword { get; set; } = "";
    [ColumnName(SceneColumns.AlignmentScore)] public float Alignment { get; set; }
    [ColumnName(SceneColumns.AttentionShare)] public float Share { get; set; }
}
