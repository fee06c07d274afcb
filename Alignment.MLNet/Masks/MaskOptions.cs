using Alignment.Onnx.Runtime;
using Alignment.Transforms.Masks;

namespace Alignment.MLNet.Masks;

/// <summary>Which masks are written, and how.</summary>
public sealed record MaskOptions
{
    /// <summary>From picture and keyword to mask.</summary>
    public KeywordMaskOptions Mask { get; init; } = new();

    /// <summary>Only these videos; empty: all.</summary>
    public IReadOnlyList<string> Videos { get; init; } = [];

    /// <summary>Replaces masks that are there already.</summary>
    public bool Force { get; init; }

    /// <summary>Also writes the probabilities, as <c>scene_{n}.soft.png</c> (16 bits, white is 1).</summary>
    public bool Soft { get; init; } = true;

    /// <summary>Also draws a contact sheet of every video.</summary>
    public bool Sheets { get; init; } = true;

    /// <summary>Where report and sheets go; empty: <c>mask_report</c> in the data folder.</summary>
    public string Report { get; init; } = "";

    /// <summary>What runs the model.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Checks every value once.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public void Check() => Mask.Check();
}
