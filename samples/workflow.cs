#!/usr/bin/env dotnet
#:project ../Alignment.MLNet/Alignment.MLNet.csproj
#:property PublishAot=false

// The whole job, step by step, with the ML.NET catalog: for somebody who will embed it.
// (The command 'alignment run' does the same for all seven variants, edits each distinct control once, and can be resumed.)
//   dotnet run samples/workflow.cs -- DATA OUT [BUNDLE]
using System.Globalization;
using Alignment;
using Alignment.MLNet;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Video;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length is not (2 or 3))
{
    Console.Error.WriteLine("Usage: dotnet run samples/workflow.cs -- DATA OUT [BUNDLE]");
    return 2;
}
string data = args[0], output = args[1], bundle = args.Length > 2 ? args[2] : BundledModels.Tiny;
const int Size = 64;

try
{
    // 1. Validate: a CSV of the scenes that have a still, a mask, a heatmap and a keyword.
    string csv = Path.Combine(output, ValidScenesCsv.FileName);
    var report = ValidationJob.Run(data, csv);
    Console.WriteLine($"1. {report.ValidScenes} of {report.Scenes} scenes are valid");

    // 2. Load: rows are scenes; nothing is decoded before somebody asks for it.
    var ml = new MLContext(seed: 1);
    var scenes = ml.Data.LoadFromEnumerable(ValidScenesCsv.Read(csv));

    // 3. One pipeline from file names to edited pictures, for one variant: the boost of the first third.
    var pipeline = ml.Alignment.SizeImage(new() { Width = Size, Height = Size })
        .Append(ml.Alignment.LoadMap(new()
        {
            InputColumn = SceneColumns.KeywordMaskPath,
            OutputColumn = SceneColumns.MaskSoft,
            White = 1,
            Width = Size,
            Height = Size
        }))
        .Append(ml.Alignment.BinarizeMask())
        .Append(ml.Alignment.LoadMap(new() { Width = Size, Height = Size }))
        .Append(ml.Alignment.NormalizeHeatmap())
        .Append(ml.Alignment.AssignTemporalWindow())
        .Append(ml.Alignment.ModifyAttention(Variant.Named("early_boost")))
        .Append(ml.Alignment.ScoreAlignment(new() { HeatmapColumn = SceneColumns.HeatmapModified }))
        .Append(ml.Alignment.BuildControl())
        .Append(ml.Alignment.EditScene(new() { Bundle = bundle, Edit = new() { InferenceSteps = 4 } }));
    using var model = pipeline.Fit(scenes);

    // 4. The fitted pipeline is an ML.NET model: saved here, loaded anywhere. It keeps a reference to the bundle, not its weights.
    string saved = Path.Combine(output, "early_boost.zip");
    ml.Model.Save(model, scenes.Schema, saved);
    AlignmentCatalog.Register(ml);
    var loaded = ml.Model.Load(saved, out _);
    Console.WriteLine($"2. saved and loaded {saved}");

    // 5. Read the rows: each is edited when it is read. Composite every edit into its untouched still.
    foreach (var row in ml.Data.CreateEnumerable<Edited>(loaded.Transform(scenes), reuseRowObject: true))
    {
        var still = PictureFile.ReadRgb8(row.ImagePath);
        float[] mask = new float[still.Width * still.Height];
        PictureFile.ReadGrey(row.MaskPath, still.Width, still.Height, mask);
        var region = EditRegion.FromMask(mask, still.Width, still.Height);
        byte[] pixels = Compositor.Composite(still.Pixels, row.Picture, Size, Size, region);

        string id = SceneRecord.IdOf(row.VideoId, row.SceneNumber);
        PictureFile.WritePng(Path.Combine(output, "edited_scenes", Variant.Named("early_boost").Name, row.VideoId, id + ".png"),
            still with { Pixels = pixels });
        Console.WriteLine($"3. edited {id}: alignment {row.Alignment:0.0000}");
    }

    // 6. Back into a video.
    var videos = AssembleJob.Run(output, output);
    foreach (var video in videos.Videos) Console.WriteLine($"4. {video.File}: {video.Frames} frames at {video.Fps} a second");
    return 0;
}
catch (AlignmentException e)
{
    Console.Error.WriteLine(e.Message);
    return e.ExitCode;
}

sealed class Edited
{
    [ColumnName(SceneColumns.VideoId)] public string VideoId { get; set; } = "";
    [ColumnName(SceneColumns.SceneNumber)] public int SceneNumber { get; set; }
    [ColumnName(SceneColumns.SceneImagePath)] public string ImagePath { get; set; } = "";
    [ColumnName(SceneColumns.KeywordMaskPath)] public string MaskPath { get; set; } = "";
    [ColumnName(SceneColumns.AlignmentScore)] public float Alignment { get; set; }
    [ColumnName(SceneColumns.Edited)] public float[] Picture { get; set; } = [];
}
