using System.Text.Json.Serialization;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;

namespace Alignment.MLNet.Pipelines;

/// <summary>What <see cref="DoctorJob"/> examines.</summary>
public sealed record DoctorOptions
{
    /// <summary>The model bundle to check; null for the bundled one.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>The device to try, as <see cref="Device.Parse"/> reads it.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>The folder whose disk is looked at; it need not exist.</summary>
    public string OutFolder { get; init; } = ".";
}

/// <summary>How one check came out.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DoctorState>))]
public enum DoctorState
{
    Ok,
    /// <summary>Works, but something may surprise.</summary>
    Warning,
    /// <summary>Some command cannot work.</summary>
    Missing,
}

/// <summary>One thing looked at: what was found and, unless all is well, what to do.</summary>
public sealed record DoctorCheck(string What, DoctorState State, string Found, string? NextStep = null);

/// <summary>What <see cref="DoctorJob"/> found.</summary>
public sealed record DoctorResult(IReadOnlyList<DoctorCheck> Checks)
{
    /// <summary>True where every command can work.</summary>
    public bool IsHealthy => Checks.All(c => c.State != DoctorState.Missing);
}

/// <summary>Examines the machine: .NET, ffmpeg, ONNX Runtime, device, model, memory, disk. Changes nothing.</summary>
public static class DoctorJob
{
    // An hour of work at 512 px writes about this much; below it a run may end early (and continue later).
    const long LittleDisk = 5L << 30;

    // Stable Diffusion 1.5 in float32 with its buffers at 512 × 512.
    const long LittleMemory = 12L << 30;

    /// <summary>Looks at everything; a failed check does not stop the next.</summary>
    /// <param name="options">Null: the bundled model on the processor, and the current folder.</param>
    /// <param name="progress">Reports each check.</param>
    /// <param name="cancellationToken">Stops soon.</param>
    public static DoctorResult Run(DoctorOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        (string What, Func<DoctorCheck> Check)[] all =
        [
            ("Alignment", Version),
            (".NET", Runtime),
            ("Unicode data", Unicode),
            ("ffmpeg", () => Ffmpeg(cancellationToken)),
            ("ONNX Runtime", OnnxRuntime),
            ("Model", () => Model(options, cancellationToken)),
            ("Memory", Memory),
            ("Disk", () => Disk(options.OutFolder)),
        ];
        return new([.. all.Select((c, i) =>
        {
            progress?.Report(new("examining the machine", i, all.Length, c.What));
            return Try(c.What, c.Check);
        })]);
    }

    static DoctorCheck Try(string what, Func<DoctorCheck> check)
    {
        try
        {
            return check();
        }
        catch (Exception e) when (e is AlignmentException or IOException or UnauthorizedAccessException or DllNotFoundException
            or TypeInitializationException)
        {
            return new(what, DoctorState.Missing, e.Message);
        }
    }

    static DoctorCheck Version() => new("Alignment", DoctorState.Ok, ToolVersion.Number);

    static DoctorCheck Runtime() => new(".NET", DoctorState.Ok,
        $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} cores");

    static DoctorCheck OnnxRuntime() => new("ONNX Runtime", DoctorState.Ok,
        $"{Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString()} with {string.Join(", ", OrtSessions.Providers)}");

    static DoctorCheck Unicode() => "e\u0301".Normalize(NormalizationForm.FormC) == "é"
        ? new("Unicode data", DoctorState.Ok, "text can be composed (NFC)")
        : new("Unicode data", DoctorState.Warning, "globalization-invariant mode: text cannot be composed",
            "Prompts and keywords with accents are refused; install libicu and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");

    static DoctorCheck Ffmpeg(CancellationToken cancellationToken)
    {
        var tools = FfmpegTools.Find();
        // Being there is not enough: some builds come without the H.264 encoder.
        string probe = Path.Combine(Path.GetTempPath(),
            $"alignment-doctor-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.mp4");
        try
        {
            VideoWriter.Write(probe, new(16, 16, new(25), 2), (_, rgb) => rgb.Fill(128), tools: tools,
                cancellationToken: cancellationToken);
        }
        finally
        {
            File.Delete(probe);
        }
        return new("ffmpeg", DoctorState.Ok, $"{tools.Version} in {tools.Folder}, encodes H.264");
    }

    static DoctorCheck Model(DoctorOptions options, CancellationToken cancellationToken)
    {
        var bundle = ModelBundle.Open(options.ModelFolder ?? BundledModels.Tiny);
        if (bundle.HasManifest) bundle.Verify(cancellationToken: cancellationToken);
        // The smallest of the models shows whether the device takes models at all.
        using var session = OrtSessions.Open(bundle.PathOf(BundleFiles.TextEncoder), new() { Device = Device.Parse(options.Device) });
        string parameters = bundle.Inspect().Parameters.ToString("N0", CultureInfo.InvariantCulture);
        string found =
            $"{bundle.Folder} loads on {options.Device}; {parameters} parameters in {bundle.Precision.Text}, hash {bundle.Hash[..12]}";
        return bundle.Precision == ModelPrecision.Float16 && Device.Parse(options.Device).Kind == DeviceKind.Cpu
            ? new("Model", DoctorState.Warning, found,
            "Processors have few kernels for float16 and convert: import in fp32 for them, or use a graphics card.")
            : new("Model", DoctorState.Ok, found);
    }

    static DoctorCheck Memory()
    {
        long bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return bytes >= LittleMemory
            ? new("Memory", DoctorState.Ok, Gigabytes(bytes))
            : new("Memory", DoctorState.Warning, Gigabytes(bytes),
            $"Enough for small models; Stable Diffusion 1.5 at 512 px wants about {Gigabytes(LittleMemory)}.");
    }

    static DoctorCheck Disk(string folder)
    {
        string at = Path.GetFullPath(folder);
        while (!Directory.Exists(at)) at = Path.GetDirectoryName(at) ?? Path.GetPathRoot(Path.GetFullPath(folder))!;
        long free = new DriveInfo(at).AvailableFreeSpace;
        return free >= LittleDisk
            ? new("Disk", DoctorState.Ok, $"{Gigabytes(free)} free at {at}")
            : new("Disk", DoctorState.Warning, $"{Gigabytes(free)} free at {at}", "Free some space or choose another folder.");
    }

    static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB");
}
