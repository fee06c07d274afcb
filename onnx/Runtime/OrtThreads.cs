using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

/// <summary>
/// One thread pool for all models of the process: several sessions with a pool each would fight over the cores.
/// ONNX Runtime takes the pool's size once, when its environment is made.
/// </summary>
static class OrtThreads
{
    /// <summary>The environment variable that sets the number of threads where no option does.</summary>
    public const string Variable = "ALIGNMENT_THREADS";

    /// <summary>Beyond this a number is a typing error.</summary>
    const int Most = 1024;

    static readonly Lock s_gate = new();
    static int? s_wanted;
    static bool? s_shared;

    /// <summary>The number of threads: what <see cref="Use"/> set, else <see cref="Variable"/>, else the number of cores.</summary>
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

    /// <summary>Sets the number of threads. Call it before the first model is loaded.</summary>
    /// <exception cref="UsageException">Out of range, or the pool exists already with another number.</exception>
    public static void Use(int threads)
    {
        if (threads is < 1 or > Most) throw Bad("The number of threads", threads.ToString(CultureInfo.InvariantCulture));
        lock (s_gate)
        {
            if (s_shared is not null && Count != threads)
                throw UsageException.For("The number of threads", "a model that is loaded already with " + Count.ToString(CultureInfo.InvariantCulture), "it to be set first", "Set it before loading any model.");
            s_wanted = threads;
        }
    }

    /// <summary>
    /// Makes the process-wide pool on the first call. False when somebody else in this process (ML.NET's own ONNX stage, say)
    /// made ONNX Runtime's environment before us: then sessions must bring their own threads.
    /// </summary>
    internal static bool Share()
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
        UsageException.For(subject, found, $"a whole number from 1 to {Most.ToString(CultureInfo.InvariantCulture)}", "Leave it out to use every core.");
}
