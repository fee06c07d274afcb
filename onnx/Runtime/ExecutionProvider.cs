using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Runtime;

// Puts a device's provider before the processor's, or throws; never falls back silently.
static class ExecutionProvider
{
    public static void Append(SessionOptions options, Device device)
    {
        (string provider, string flavor)? needed = device.Kind switch
        {
            DeviceKind.Cuda => ("CUDAExecutionProvider", "Gpu"),
            DeviceKind.DirectMl => ("DmlExecutionProvider", "DirectML"),
            _ => null,
        };
        if (needed is not var (name, flavor)) return;

        IReadOnlyList<string> present = OrtSessions.Providers;
        if (!present.Contains(name))
            throw MissingDependencyException.For($"The device '{device}'", $"an ONNX Runtime with {string.Join(", ", present)}",
                $"one with {name}",
                $"Build with -p:OnnxRuntimeFlavor={flavor}, or run on the device cpu.");
        try
        {
            if (device.Kind == DeviceKind.Cuda)
            {
                using var cuda = new OrtCUDAProviderOptions();
                cuda.UpdateOptions(new() { ["device_id"] = device.Index.ToString(CultureInfo.InvariantCulture) });
                options.AppendExecutionProvider_CUDA(cuda);
            }
            else
            {
                options.AppendExecutionProvider_DML(device.Index);
            }
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            throw MissingDependencyException.For($"The device '{device}'",
                $"that {name} does not start ({SafePath.Shorten(e.Message, 400)})",
                "a working driver and its libraries",
                "Install them (for CUDA the versions ONNX Runtime names), check the card's number, or run on the device cpu.", e);
        }
    }
}
