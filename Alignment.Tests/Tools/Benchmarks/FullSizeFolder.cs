using System.Buffers.Binary;
using System.Text.Json;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// A diffusers folder of Stable Diffusion 1.5 with a ControlNet of two control channels, in the names, shapes and half precision of the
/// published files and with seeded random numbers: 3.4 GB. Needs the reference material for the names and the tokenizer.
/// </summary>
static class FullSizeFolder
{
    /// <summary>The ControlNet's part, which carries the tensors of a ControlNet that has learned something: no zeros where a new one has
    /// them.</summary>
    const string ControlNet = "controlnet";

    const int ChunkElements = 1 << 20;

    /// <summary>Writes the folder unless an earlier call finished it.</summary>
    public static string Write(string folder)
    {
        string done = Path.Combine(folder, "model_index.json");
        if (File.Exists(done)) return folder;
        foreach (string file in Directory.EnumerateFiles(Shared.Path("fixtures", "tokenizer", "clip-vocab")))
            Put(File.ReadAllText(file), folder, "tokenizer", Path.GetFileName(file));
        Put(File.ReadAllText(Shared.Path("fixtures", "tiny-sd", "scheduler", "scheduler_config.json")), folder, "scheduler",
            "scheduler_config.json");
        Put("""{"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":12}""", folder, "text_encoder",
            "config.json");
        Put("""
            {"attention_head_dim":8,"block_out_channels":[320,640,1280,1280],"cross_attention_dim":768,"layers_per_block":2,
            "norm_num_groups":32}
            """, folder, "unet", "config.json");
        Put("""{"block_out_channels":[128,256,512,512],"layers_per_block":2,"norm_num_groups":32}""", folder, "vae", "config.json");
        Put("""
            {"attention_head_dim":8,"block_out_channels":[320,640,1280,1280],"conditioning_channels":2,
            "conditioning_embedding_out_channels":[16,32,96,256],"cross_attention_dim":768,"layers_per_block":2,"norm_num_groups":32}
            """, folder, ControlNet, "config.json");
        Weights("text_encoder", Path.Combine(folder, "text_encoder", "model.fp16.safetensors"));
        Weights("unet", Path.Combine(folder, "unet", "diffusion_pytorch_model.fp16.safetensors"));
        Weights("vae", Path.Combine(folder, "vae", "diffusion_pytorch_model.fp16.safetensors"));
        Weights("controlnet_2ch", Path.Combine(folder, ControlNet, "diffusion_pytorch_model.fp16.safetensors"));
        Put(File.ReadAllText(Shared.Path("fixtures", "tiny-sd", "model_index.json")), folder, "model_index.json");
        return folder;
    }

    static void Weights(string model, string path)
    {
        using var shapes = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "sd15-shapes", model + ".json")));
        var tensors = new List<(string Name, long[] Shape, bool Half)>();
        foreach (JsonElement t in shapes.RootElement.GetProperty("list").EnumerateArray())
            tensors.Add((t.GetProperty("name").GetString()!, [.. t.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())],
                t.GetProperty("dtype").GetString() == "F32"));
        long at = 0;
        var header = new Dictionary<string, object>();
        foreach (var (name, shape, half) in tensors)
            header.Add(name, new { dtype = half ? "F16" : "I64", shape, data_offsets = new[] { at, at += Count(shape) * (half ? 2 : 8) } });
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        using FileStream file = File.Create(path, 1 << 20);
        file.Write(length);
        file.Write(json);
        var chunk = new Half[ChunkElements];
        foreach (var (name, shape, half) in tensors)
            if (half) Fill(name, shape, chunk, file);
            else
                for (long i = 0; i < Count(shape); i++) file.Write(BitConverter.GetBytes(i));   // position_ids
    }

    /// <summary>Norms scale by one, biases are zero, matrices and kernels are uniform with variance 1 / inputs: activations keep their
    /// size.</summary>
    static void Fill(string name, long[] shape, Half[] chunk, Stream to)
    {
        bool norm = shape.Length == 1 && name.EndsWith(".weight", StringComparison.Ordinal);
        float width = shape.Length == 1 ? 0 : (float)Math.Sqrt(3.0 / shape.Skip(1).Aggregate(1L, (n, d) => n * d));
        uint seed = name.Aggregate(2166136261u, (h, c) => (h ^ c) * 16777619u);   // FNV-1a
        long count = Count(shape);
        for (long start = 0; start < count; start += chunk.Length)
        {
            Span<Half> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, count - start));
            for (int i = 0; i < part.Length; i++)
            {
                uint hash = ((uint)(start + i) ^ seed) * 2654435761u;   // Knuth's multiplicative hashing, one more round
                hash = (hash ^ (hash >> 15)) * 2246822519u;
                part[i] = norm ? Half.One : (Half)(((hash >> 8) * (2f / (1 << 24)) - 1) * width);
            }
            to.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(part));
        }
    }

    static long Count(long[] shape) => shape.Aggregate(1L, (n, d) => n * d);

    static void Put(string text, params string[] path)
    {
        string to = Path.Combine(path);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.WriteAllText(to, text);
    }
}
