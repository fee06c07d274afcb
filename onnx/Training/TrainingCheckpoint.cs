using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>
/// A training run's state in one safetensors file: parameters, Adam's moments as "first_moment.NAME" and "second_moment.NAME", further
/// buffers as "PREFIX.NAME". Streamed; complete or not at all.
/// </summary>
public static class TrainingCheckpoint
{
    const string FormatKey = "alignment.checkpoint", StepsKey = "alignment.steps", Format = "1";
    const string First = "first_moment", Second = "second_moment";

    /// <summary>Writes the parameters, and Adam's moments after the first step, complete or not at all.</summary>
    public static void Save(string path, ParameterBuffers buffers, long steps) => Save(path, buffers, steps, more: null);

    // more: further buffers of the same layout by prefix ("ema").
    internal static void Save(string path, ParameterBuffers buffers, long steps, IReadOnlyDictionary<string, FloatBuffer>? more) =>
        SafetensorsWriter.Write(path, Parts(buffers, more).SelectMany(part => buffers.Slots.Select(slot => new SafetensorsTensor(
            Info(part.Prefix, slot), to =>
            {
                foreach (var (at, count) in ParameterBuffers.Chunks(slot.Count))
                    to.Write(MemoryMarshal.AsBytes(part.Buffer.Span(slot.Start + at, count)));
            }))), Texts(steps));

    // Parameters only, no step taken.
    internal static void SaveStart(string path, IReadOnlyList<WeightInfo> parameters, IWeights weights) =>
        SafetensorsWriter.Write(path, parameters.Select(p => new SafetensorsTensor(p, to =>
        {
            float[] piece = [];
            foreach (var (at, count) in ParameterBuffers.Chunks(p.Count))
            {
                if (piece.Length < count) piece = new float[count];
                weights.Read(p.Name, at, piece.AsSpan(0, count));
                to.Write(MemoryMarshal.AsBytes(piece.AsSpan(0, count)));
            }
        })), Texts(0));

    /// <summary>The buffers must have exactly its parameters. Moments it lacks become zero.</summary>
    /// <exception cref="BadDataException">The file is damaged, is no checkpoint, or has other parameters; all are named.</exception>
    /// <returns>The steps taken.</returns>
    public static long Load(string path, ParameterBuffers buffers) => Load(path, buffers, more: null);

    internal static long Load(string path, ParameterBuffers buffers, IReadOnlyDictionary<string, FloatBuffer>? more)
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
        WeightCheck.Demand(subject, wanted, file, exact: true,
            ignored: n => n.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && buffers.Find(n[(dot + 1)..]) is not null);
        if (wanted.FirstOrDefault(w => file.Infos[w.Name].Type != WeightType.F32) is { } half)
            throw BadDataException.For(subject, $"'{half.Name}' as {file.Infos[half.Name].Type}", "F32",
                "Use a checkpoint that this program wrote.");
        foreach (var (prefix, buffer) in parts)
            foreach (ParameterSlot slot in buffers.Slots)
                foreach (var (at, count) in ParameterBuffers.Chunks(slot.Count))
                    file.Read(Info(prefix, slot).Name, at, buffer.Span(slot.Start + at, count));
        if (start)
        {
            buffers.FirstMoments.Clear();
            buffers.SecondMoments.Clear();
        }
        buffers.ForgetAccumulated();
        return steps;
    }

    static IEnumerable<(string? Prefix, FloatBuffer Buffer)> Parts(ParameterBuffers buffers,
        IReadOnlyDictionary<string, FloatBuffer>? more) =>
    [
        (null, buffers.Parameters), (First, buffers.FirstMoments), (Second, buffers.SecondMoments),
        .. (more ?? new Dictionary<string, FloatBuffer>()).Select(m => ((string?)m.Key, m.Value)),
    ];

    static WeightInfo Info(string? prefix, ParameterSlot slot) => ParameterBuffers.Info(slot) is var info && prefix is null ? info
        : info with { Name = $"{prefix}.{slot.Name}" };

    static Dictionary<string, string> Texts(long steps) => new()
    {
        [FormatKey] = Format,
        [StepsKey] = steps.ToString(CultureInfo.InvariantCulture),
    };
}
