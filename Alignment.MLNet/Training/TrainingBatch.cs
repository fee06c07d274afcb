namespace Alignment.MLNet.Training;

/// <summary>What the training graph is given for a few scenes, B of them. Row-major.</summary>
sealed record TrainingBatch
{
    /// <summary>B.</summary>
    public required int Rows { get; init; }

    /// <summary>Scenes' size in pixels.</summary>
    public required int Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public required int Height { get; init; }

    /// <summary>[4,h,w] of one row.</summary>
    public required int[] LatentShape { get; init; }

    /// <summary>[tokens, width] of one row.</summary>
    public required int[] TextShape { get; init; }

    /// <summary>x_t [B,4,h,w].</summary>
    public required float[] NoisyLatents { get; init; }

    /// <summary>ε [B,4,h,w], what the model is to find in x_t.</summary>
    public required float[] Noise { get; init; }

    /// <summary>t [B].</summary>
    public required float[] Timestep { get; init; }

    /// <summary>ᾱ_t [B].</summary>
    public required float[] AlphaBar { get; init; }

    /// <summary>[B], see <see cref="TimestepWeights"/>.</summary>
    public required float[] SampleWeight { get; init; }

    /// <summary>[B, tokens, width].</summary>
    public required float[] Text { get; init; }

    /// <summary>[B,2,H,W].</summary>
    public required float[] Control { get; init; }

    /// <summary>[B,3,H,W] in −1..1.</summary>
    public required float[] Image { get; init; }

    /// <summary>[B,1,H,W].</summary>
    public required float[] Mask { get; init; }
}
