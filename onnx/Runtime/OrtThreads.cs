using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

/// <summary>
/// One thread pool for all models of the process: several sessions with a pool each would compete for the cores.
/// ONNX Runtime reads the pool's size once, when its environment is created.
/// </summary>
static class OrtThreads
{
    public const string Variable = "ALIGNMENT_THREADS";

    const int Most = 1024;

    static readonly Lock s_gate = new();
    static int? s_wanted;
    static bool? s_shared;

    /// <summary>The threads set by <see cref="Use"/>, else by the environment variable <see cref="Variable"/>, else the number of
    /// cores.</summary>
    /// <exception cref="UsageException">The variable holds no number of threads.</exception>
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

    /// <summary>Sets the number of threads, before the first model is loaded.</summary>
    /// <exception cref="UsageException">Out of range, or the pool already exists with another number.</exception>
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

    /// <summary>
    /// Creates the process-wide pool on the first call. False when something else in this process (ML.NET's own ONNX stage, say) created
    /// ONNX Runtime's environment before: then sessions need their own threads.
    /// </summary>
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
