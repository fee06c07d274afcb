using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;

namespace Alignment.Tests.Onnx.Import;

/// <summary>Imports a model of Stable Diffusion 1.5's real names, shapes and half-precision type, all zeros (sparse files).</summary>
[Explicit("Writes 7 GB; run it when the importer or the writer of weights changes."), Category("Slow")]
public sealed class FullSizeImportTests
{
    [Test]
    public void Run_Sd15InHalfPrecision_MemoryStaysFlat()
    {
        using var folder = new TempFolder();
        string source = folder["source"];
        foreach (string part in (string[])["tokenizer", "scheduler"])
            foreach (string file in Directory.EnumerateFiles(part == "tokenizer" ? Shared.Path("fixtures", "tokenizer", "clip-vocab")
                : Shared.Path("fixtures", "tiny-sd", part)))
                Put(Path.Combine(source, part, Path.GetFileName(file)), File.ReadAllText(file));
        Put(Path.Combine(source, "model_index.json"),
            File.ReadAllText(Shared.Path("fixtures", "tiny-sd", "model_index.json"))
            .Replace("ControlNetModel", "null", StringComparison.Ordinal).Replace("\"null\"", "null", StringComparison.Ordinal));
        Put(Path.Combine(source, "text_encoder", "config.json"),
            """{"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":12}""");
        Put(Path.Combine(source, "unet", "config.json"),
            """
                {"attention_head_dim":8,"block_out_channels":[320,640,1280,1280],"cross_attention_dim":768,"layers_per_block":2,
                "norm_num_groups":32}
                """);
        Put(Path.Combine(source, "vae", "config.json"),
            """{"block_out_channels":[128,256,512,512],"layers_per_block":2,"norm_num_groups":32}""");
        Zeros("text_encoder", Path.Combine(source, "text_encoder", "model.fp16.safetensors"));
        Zeros("unet", Path.Combine(source, "unet", "diffusion_pytorch_model.fp16.safetensors"));
        Zeros("vae", Path.Combine(source, "vae", "diffusion_pytorch_model.fp16.safetensors"));

        long before = PrivateMegabytes(), peak = before, start = Stopwatch.GetTimestamp();
        ModelBundle bundle = DiffusersImport.Run(source, folder["bundle"],
            progress: new Watch(() => peak = Math.Max(peak, PrivateMegabytes())));
        TestContext.Out.WriteLine($"{bundle.Inspect().Bytes >> 20} MB, {bundle.Manifest.Parameters.Values.Sum()} parameters in "
            + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:f0} s; private memory {before} → at most {peak} MB");
        Assert.That(bundle.Manifest.Parameters["unet.onnx"], Is.EqualTo(859_520_964));
        Assert.That(peak - before, Is.LessThan(200));
    }

    sealed class Watch(Action look) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => look();
    }

    static void Zeros(string model, string path)
    {
        using var shapes = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "sd15-shapes", model + ".json")));
        long at = 0;
        var entries = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (JsonElement t in shapes.RootElement.GetProperty("list").EnumerateArray())
        {
            long[] shape = [.. t.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            string dtype = t.GetProperty("dtype").GetString() == "F32" ? "F16" : "I64";
            long bytes = shape.Aggregate(dtype == "F16" ? 2L : 8L, (n, d) => n * d);
            entries.Add(t.GetProperty("name").GetString()!, new { dtype, shape, data_offsets = new[] { at, at += bytes } });
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(entries);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)json.Length));
        file.Write(json);
        file.SetLength(file.Position + at);
    }

    /// <summary>Memory that is the process's own, not mapped files; 0 where the system does not tell.</summary>
    static long PrivateMegabytes() => !OperatingSystem.IsLinux() ? 0
        : long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;

    static void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
