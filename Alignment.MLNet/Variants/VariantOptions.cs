using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Variants;

/// <summary>How the variants are made.</summary>
public sealed record VariantOptions
{
    /// <summary>What a boost multiplies the product's attention with; finite, 0 or more.</summary>
    public double BoostAlpha { get; init; } = Variant.BoostAlpha;

    /// <summary>What the reduction multiplies it with; finite, 0 or more.</summary>
    public double ReductionAlpha { get; init; } = Variant.ReductionAlpha;

    /// <summary>Keeps ΣA also where clipping bites (<see cref="AttentionChange"/>); the placebo always does.</summary>
    public bool PreserveMass { get; init; }

    /// <summary>Width of the maps in pixels.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Height of the maps in pixels.</summary>
    public int Height { get; init; } = 512;

    /// <summary>Decides, with each scene's id, where the placebo acts.</summary>
    public ulong Seed { get; init; }

    /// <summary>A mask pixel above this is product.</summary>
    public float MaskThreshold { get; init; } = 0.5f;

    /// <summary>Only these videos; empty: all.</summary>
    public IReadOnlyList<string> Videos { get; init; } = [];

    /// <summary>At most so many videos, the first in order; null: all.</summary>
    public int? MaxVideos { get; init; }

    /// <summary>Checks every value once.</summary>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public void Check()
    {
        this.Require(BoostAlpha, BoostAlpha >= 0 && double.IsFinite(BoostAlpha), "a finite number, 0 or more", "1 changes nothing.");
        this.Require(ReductionAlpha, ReductionAlpha >= 0 && double.IsFinite(ReductionAlpha), "a finite number, 0 or more",
            "1 changes nothing.");
        this.RequireSize(Width, Height);
        this.Require(MaskThreshold, MaskThreshold >= 0 && MaskThreshold < 1, "0 or more and below 1", "0.5 is the default.");
        this.Require(MaxVideos, MaxVideos is null or >= 1, "1 or more", "Leave it out to take all.");
    }
}
