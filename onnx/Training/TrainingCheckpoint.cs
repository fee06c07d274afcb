using System.Globalization;
using System.Runtime.InteropServices;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

public sealed record CheckpointInfo(long Steps, IReadOnlyDictionary<string, string> Metadata);

/// <summary>
/// A training run's state in one safetensors file: parameters, Adam's moments as "first_moment.NAME" and "second_moment.NAME", further
/// buffers as "PREFIX.NAME", and texts. Streamed; complete or not at all.
/// </summary>
public static class TrainingCheckpoint
{
    const string FormatKey = "alignment.checkpoint", StepsKey = "alignment.steps", Format = "1";
    const string First = "first_moment", Second = "second_moment";

    /// <summary>Replaces an existing file.</summary>
    public static void Save(string path, ParameterBuffers buffers, long steps, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        Save(path, buffers, steps, metadata, null);
    }

    /// <summary><paramref name="more"/>: further buffers of the same layout by prefix ("ema").</summary>
    internal static void Save(string path, ParameterBuffers buffers, long steps, IReadOnlyDictionary<string, string>? metadata,
        IReadOnlyDictionary<string, FloatBuffer>? more)
    {
        var tensors = new List<SafetensorsTensor>();
        foreach (var (prefix, buffer) in Parts(buffers, more))
            foreach (ParameterSlot slot in buffers.Slots)
                tensors.Add(new(Info(prefix, slot), to =>
                {
                    for (long at = 0; at < slot.Count; at += ParameterBuffers.ChunkElements)
                        to.Write(MemoryMarshal.AsBytes(buffer.Span(slot.Start + at,
                            (int)Math.Min(ParameterBuffers.ChunkElements, slot.Count - at))));
                }));
        SafetensorsWriter.Write(path, tensors, Texts(steps, metadata));
    }

    /// <summary>Parameters only, no step taken.</summary>
    internal static void SaveStart(string path, IReadOnlyList<WeightInfo> parameters, IWeights weights,
        IReadOnlyDictionary<string, string> metadata) =>
        SafetensorsWriter.Write(path, parameters.Select(p => new SafetensorsTensor(p, to =>
        {
            var piece = new float[Math.Min(p.Count, ParameterBuffers.ChunkElements)];
            for (long at = 0; at < p.Count; at += piece.Length)
            {
                Span<float> part = piece.AsSpan(0, (int)Math.Min(piece.Length, p.Count - at));
                weights.Read(p.Name, at, part);
                to.Write(MemoryMarshal.AsBytes(part));
            }
        })), Texts(0, metadata));

    /// <summary>The buffers must have exactly its parameters. Moments it lacks become zero.</summary>
    /// <exception cref="BadDataException">The file is damaged, is no checkpoint, or has other parameters; all are named.</exception>
    public static CheckpointInfo Load(string path, ParameterBuffers buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        return Load(path, buffers, null);
    }

    /// <summary>Also fills <paramref name="more"/> buffers, by prefix.</summary>
    internal static CheckpointInfo Load(string path, ParameterBuffers buffers, IReadOnlyDictionary<string, FloatBuffer>? more)
    {
        using var file = SafetensorsFile.Open(path);
        string subject = $"The checkpoint '{file.Path}'";
        if (file.Metadata.GetValueOrDefault(FormatKey) != Format
            || !long.TryParse(file.Metadata.GetValueOrDefault(StepsKey), NumberStyles.None, CultureInfo.InvariantCulture, out long steps))
            throw BadDataException.For(subject, $"'{FormatKey}' = '{SafePath.Shorten(file.Metadata.GetValueOrDefault(FormatKey, ""))}'",
                $"'{Format}' and a number of steps", "Use a checkpoint that this program wrote.");
        bool start = steps == 0 && !file.Infos.Keys.Any(n => n.StartsWith(First + '.', StringComparison.Ordinal));
        var parts = Parts(buffers, more).Where(p => !start || p.Prefix is not (First or Second)).ToArray();

        // Everything is checked before anything is changed.
        WeightInfo[] wanted = [.. parts.SelectMany(p => buffers.Slots.Select(s => Info(p.Prefix, s)))];
        WeightCheck.Demand(subject, wanted, file, all: wanted,
            ignored: n => n.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && buffers.Find(n[(dot + 1)..]) is not null);
        if (wanted.FirstOrDefault(w => file.Infos[w.Name].Type != WeightType.F32) is { } half)
            throw BadDataException.For(subject, $"'{half.Name}' as {file.Infos[half.Name].Type}", "F32",
                "Use a checkpoint that this program wrote.");
        foreach (var (prefix, buffer) in parts)
            foreach (ParameterSlot slot in buffers.Slots)
                for (long at = 0; at < slot.Count; at += ParameterBuffers.ChunkElements)
                    file.Read(Info(prefix, slot).Name, at, buffer.Span(slot.Start + at,
                        (int)Math.Min(ParameterBuffers.ChunkElements, slot.Count - at)));
        if (start)
        {
            buffers.FirstMoments.Clear();
            buffers.SecondMoments.Clear();
        }
        buffers.ForgetAccumulated();
        return new(steps, file.Metadata.Where(m => m.Key is not (FormatKey or StepsKey)).ToDictionary(StringComparer.Ordinal));
    }

    static IEnumerable<(string? Prefix, FloatBuffer Buffer)> Parts(ParameterBuffers buffers,
        IReadOnlyDictionary<string, FloatBuffer>? more) =>
    [
        (null, buffers.Parameters), (First, buffers.FirstMoments), (Second, buffers.SecondMoments),
        .. (more ?? new Dictionary<string, FloatBuffer>()).Select(m => ((string?)m.Key, m.Value)),
    ];

    static WeightInfo Info(string? prefix, ParameterSlot slot) => ParameterBuffers.Info(slot) is var info && prefix is null ? info
        : info with { Name = $"{prefix}.{slot.Name}" };

    static Dictionary<string, string> Texts(long steps, IReadOnlyDictionary<string, string>? metadata) =>
        new(metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [FormatKey] = Format,
            [StepsKey] = steps.ToString(CultureInfo.InvariantCulture),
        };
}
