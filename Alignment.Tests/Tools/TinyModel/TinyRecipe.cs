namespace Alignment.Tests.Tools.TinyModel;

/// <summary>How one part of the tiny model is trained: AdamW with a warm-up, then a cosine down to a twentieth of the rate.</summary>
public sealed record TinyStageRecipe
{
    /// <summary>Optimizer steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Stills a step.</summary>
    public required int Batch { get; init; }

    /// <summary>Largest learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Steps over which the rate grows from nothing.</summary>
    public int WarmUp { get; init; } = 100;

    /// <summary>Share of the running average of the weights that a step keeps; the average is what ships.</summary>
    public double Average { get; init; } = 0.998;

    /// <summary>The learning rate of a step, from 0: linear warm-up, then half a cosine.</summary>
    internal double RateAt(long step)
    {
        if (step < WarmUp) return LearningRate * (step + 1) / WarmUp;
        double through = (double)(step - WarmUp) / Math.Max(1, Steps - WarmUp);
        return LearningRate * (0.05 + 0.95 * 0.5 * (1 + Math.Cos(Math.PI * through)));
    }
}

/// <summary>Everything that decides the bundled tiny model's weights.</summary>
public sealed record TinyRecipe
{
    /// <summary>Of the drawings, the initial weights and all noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Different stills that the denoiser and the ControlNet see.</summary>
    public int Stills { get; init; } = 3600;

    /// <summary>Names the predictor that makes the attention of the training stills. The held-out table is measured with the other one
    /// too.</summary>
    public string Predictor { get; init; } = "spectral_residual.smoothed";

    /// <summary>Sizes of the stills in turn: the demo's shape, a square of about as many pixels, and a larger one.</summary>
    public IReadOnlyList<(int Width, int Height)> Sizes { get; init; } = [(128, 72), (96, 96), (128, 128)];

    /// <summary>Side of the cuts the autoencoder is trained on.</summary>
    public int VaeCut { get; init; } = 64;

    /// <summary>The autoencoder.</summary>
    public TinyStageRecipe Vae { get; init; } = new() { Steps = 3500, Batch = 8, LearningRate = 2e-3 };

    /// <summary>Text encoder and UNet.</summary>
    public TinyStageRecipe Denoiser { get; init; } = new() { Steps = 5000, Batch = 10, LearningRate = 1.5e-3 };

    /// <summary>The ControlNet.</summary>
    public TinyStageRecipe Control { get; init; } = new() { Steps = 5000, Batch = 10, LearningRate = 1e-3 };

    /// <summary>The perceptual distance's trunk.</summary>
    public TinyStageRecipe Trunk { get; init; } = new() { Steps = 1500, Batch = 16, LearningRate = 3e-3 };

    /// <summary>CLIPSeg, which makes keyword masks.</summary>
    public TinyStageRecipe Masks { get; init; } = new() { Steps = 6000, Batch = 16, LearningRate = 1.5e-3, WarmUp = 200 };

    /// <summary>CLIPSeg again, with many absent products beside the one that is there; see <see cref="TinyMaskQuestions"/>.</summary>
    public TinyStageRecipe Absent { get; init; } = new() { Steps = 2500, Batch = 16, LearningRate = 1e-3, WarmUp = 200 };

    /// <summary>Steps between two lines of the log.</summary>
    public int LogEvery { get; init; } = 50;

    /// <summary>
    /// Standard deviation of the latents that the denoiser sees. Stable Diffusion's is 1 for 64x64 latents; the same noise hides a picture
    /// of 24x24 latents sooner, by the ratio of the sides (Hoogeboom, Heek and Salimans 2023, "simple diffusion", section 3.1), so these
    /// are larger.
    /// </summary>
    public double LatentDeviation { get; init; } = 2;

    /// <summary>Prompts replaced by the empty one, so that guidance has something to lead away from (Ho and Salimans 2022).</summary>
    public double PromptDropout { get; init; } = 0.2;
}
