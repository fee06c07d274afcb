using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

/// <summary>
/// One thread pool for all models: sessions with a pool each would compete for the cores. ONNX Runtime reads its size once, when its
/// environment is created.
/// </summary>
static class OrtThreads
{
    public const string Variable = "ALIGNMENT_THREADS";

    const int Most = 1024;

    static readonly Lock s_gate = new();
    static int? s_wanted;
    static bool? s_shared;

    /// <summary>Set by <see cref="Use"/>, else by the environment variable <see cref="Variable"/>, else the number of cores.</summary>
    public static int Count
    {
        get
        {
            if (s_wanted is { } wanted) return wanted;
            string? text = Environment.GetEnvironmentVariable(Variable);
            if (string.IsNullOrWhiteSpace(text)) return Environment.ProcessorCount;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n is >= 1 and <= Most
                ? n
                : throw Bad($"The environment variable {Variable}", $"'{SafePath.Shorten(text)}'");
        }
    }

    /// <summary>Before the first model is loaded; throws <see cref="UsageException"/> afterwards.</summary>
    public static void Use(int threads)
    {
        if (threads is < 1 or > Most) throw Bad("The number of threads", $"{threads}");
        lock (s_gate)
        {
            if (s_shared is not null && Count != threads)
                throw UsageException.For("The number of threads", $"a model that is loaded already with {Count}", "it to be set first",
                    "Set it before loading any model.");
            s_wanted = threads;
        }
    }

    public static bool Share()
    {
        lock (s_gate)
        {
            if (s_shared is { } known) return known;
            s_wanted = Count;
            if (OrtEnv.IsCreated) return (s_shared = false).Value;
            using var threading = new OrtThreadingOptions { GlobalIntraOpNumThreads = Count, GlobalInterOpNumThreads = 1 };
            var options = new EnvironmentCreationOptions
            {
                logId = "alignment",
                logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                threadOptions = threading,
            };
            OrtEnv env = OrtEnv.CreateInstanceWithOptions(ref options);
            env.DisableTelemetryEvents();
            return (s_shared = true).Value;
        }
    }

    static UsageException Bad(string subject, string found) =>
        UsageException.For(subject, found, $"a whole number from 1 to {Most}", "Leave it out to use every core.");
}
