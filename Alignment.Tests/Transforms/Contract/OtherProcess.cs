using System.Diagnostics;
using Alignment.MLNet;
using Microsoft.ML;

namespace Alignment.Tests.Transforms.Contract;

/// <summary>Loads saved models in a process that has never seen the estimators, applies them and writes what they make.</summary>
static class OtherProcess
{
    /// <summary>The switch of the test program that runs <see cref="Apply"/>.</summary>
    public const string Switch = "apply-models";

    /// <summary>Starts the process on <paramref name="folder"/>: <c>data.idv</c>, <c>*.zip</c> with the columns to write in
    /// <c>*.columns</c>.</summary>
    public static void Start(string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host
            : "dotnet")
        { RedirectStandardError = true };
        foreach (string a in new[] { "exec", typeof(OtherProcess).Assembly.Location, Switch, folder }) start.ArgumentList.Add(a);
        using var process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors);
    }

    /// <summary>What the other process does.</summary>
    public static void Apply(string folder)
    {
        var ml = new MLContext(seed: 1);
        AlignmentCatalog.Register(ml);
        var data = ml.Data.LoadFromBinary(Path.Combine(folder, "data.idv"));
        foreach (string file in Directory.GetFiles(folder, "*.zip"))
        {
            var model = ml.Model.Load(file, out _);
            File.WriteAllLines(Path.ChangeExtension(file, ".values"),
                RowValues.InOrder(model.Transform(data), File.ReadAllLines(Path.ChangeExtension(file, ".columns"))));
        }
    }
}
