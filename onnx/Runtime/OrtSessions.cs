using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

/// <summary>
/// Loads models into ONNX Runtime: one thread pool, the requested provider or an exception, and only files whose header was checked first.
/// </summary>
static class OrtSessions
{
    // By ONNX Runtime's names, best first.
    public static IReadOnlyList<string> Providers
    {
        get
        {
            OrtThreads.Share();
            return OrtEnv.Instance().GetAvailableProviders();
        }
    }

    /// <summary>
    /// Throws <see cref="MissingDependencyException"/> before any work where the provider is not in this build or does not start.
    /// </summary>
    public static void Require(Device device)
    {
        if (device.Kind == DeviceKind.Cpu) return;
        OrtThreads.Share();
        using var options = new SessionOptions();
        ExecutionProvider.Append(options, device);
    }

    // External weights may lie in the model's own folder only.
    public static InferenceSession Open(string path, SessionSettings? settings = null)
    {
        string full = Path.GetFullPath(path);
        OnnxFileCheck.Read(full);
        return Load($"The model '{full}'", settings, options => new InferenceSession(full, options));
    }

    // Without external weights.
    public static InferenceSession Open(byte[] model, string name, SessionSettings? settings = null)
    {
        OnnxFileCheck.Read(model, name);
        return Load($"The model '{name}'", settings, options => new InferenceSession(model, options));
    }

    /// <summary>With external weights from files below <paramref name="folder"/> only.</summary>
    public static InferenceSession Open(byte[] model, string name, string folder, SessionSettings? settings = null)
    {
        string full = Path.GetFullPath(folder);
        OnnxFileCheck.Read(model, name, full);
        return Load($"The model '{name}'", settings, options =>
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", full);
            return new InferenceSession(model, options);
        });
    }

    static InferenceSession Load(string subject, SessionSettings? settings, Func<SessionOptions, InferenceSession> load)
    {
        settings ??= SessionSettings.Default;
        bool shared = OrtThreads.Share();
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = settings.Optimization,
            EnableMemoryPattern = settings.MemoryPattern && settings.Device.Kind != DeviceKind.DirectMl,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        if (settings.ProfilePrefix is { } prefix)
            (options.ProfileOutputPathPrefix, options.EnableProfiling) = (prefix, true);   // in this order: enabling reads the prefix
        if (shared) options.DisablePerSessionThreads();
        else options.IntraOpNumThreads = OrtThreads.Count;
        if (!settings.Prepacking) options.AddSessionConfigEntry("session.disable_prepacking", "1");
        ExecutionProvider.Append(options, settings.Device);
        try
        {
            return load(options);
        }
        catch (OnnxRuntimeException e) when (settings.Device.Kind == DeviceKind.Cpu)
        {
            throw BadDataException.For(subject, $"what ONNX Runtime refuses ({SafePath.Shorten(e.Message, 400)})", "a model it can load",
                "Check that all its files belong together; export or import it again.", e);
        }
        catch (OnnxRuntimeException e)
        {
            // Out of video memory, a driver of another version, an operator the provider lacks: the model may be valid.
            throw MissingDependencyException.For($"{subject} on {settings.Device}",
                $"a failure of ONNX Runtime ({SafePath.Shorten(e.Message, 400)})",
                "a model loaded on that device", "Check the driver and its free memory, or run on the device cpu.", e);
        }
    }
}
