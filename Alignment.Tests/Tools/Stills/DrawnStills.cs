using Alignment.MLNet.Synthetic;

namespace Alignment.Tests.Tools.Stills;

/// <summary>What stills are for. Stills for training and held-out ones never share a random number, whatever their seeds and
/// indices.</summary>
public enum StillUse
{
    /// <summary>Models are fitted to these.</summary>
    Training,

    /// <summary>Models are measured on these.</summary>
    HeldOut,
}

/// <summary>Which stills are drawn.</summary>
public sealed record DrawnStillsOptions
{
    /// <summary>With <see cref="Use"/> and a still's index it decides everything that is drawn. Any value.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc cref="StillUse"/>
    public StillUse Use { get; init; }

    /// <summary>In pixels.</summary>
    public int Width { get; init; } = 128;

    /// <summary>In pixels.</summary>
    public int Height { get; init; } = 128;

    /// <summary>Checks every value once.</summary>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public void Check()
    {
        this.RequireSize(Width, Height, least: 32, most: 1024);
        this.Require($"{Width}x{Height}", Width <= 3 * Height && Height <= 3 * Width, "one side at most three times the other",
            "128x128 is the default.", nameof(Width));
        this.RequireKnown(Use);
    }
}

/// <summary>
/// Any number of single scenes of a simple ad, each with its truth: which product of which colour, which pixels it has, and the same
/// picture with the product more or less eye-catching. A still depends on the options and its index only and is the same bytes on every
/// machine.
/// </summary>
public sealed class DrawnStills
{
    readonly DrawnStillsOptions _options;

    /// <exception cref="UsageException">An option is out of range.</exception>
    public DrawnStills(DrawnStillsOptions? options = null)
    {
        _options = options ?? new();
        _options.Check();
    }

    /// <summary>The options.</summary>
    public DrawnStillsOptions Options => _options;

    /// <summary>The products' names that occur in prompts.</summary>
    public static IReadOnlyList<string> Keywords { get; } = [.. Enum.GetValues<ProductKind>().Select(Products.Keyword)];

    /// <summary>The colours' names that occur in prompts.</summary>
    public static IReadOnlyList<string> Colours => NamedColours.Names;

    /// <summary>A still; its background is drawn now, about a millisecond at 128x128.</summary>
    /// <param name="index">0 or more; any order, any gaps.</param>
    public DrawnStill Still(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(new StillPlan(_options, index), _options.Width, _options.Height);
    }
}
