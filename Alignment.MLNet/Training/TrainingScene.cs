namespace Alignment.MLNet.Training;

/// <summary>One scene as the trainer reads it.</summary>
sealed record TrainingScene
{
    /// <summary>"{video_id}-Scene-{n:000}".</summary>
    public required string SceneId { get; init; }

    /// <summary>The product.</summary>
    public required string Keyword { get; init; }

    /// <summary>[3,H,W] in −1..1.</summary>
    public required float[] Image { get; init; }

    /// <summary>[2,H,W]: mask, attention.</summary>
    public required float[] Control { get; init; }

    /// <summary>[H,W], 0 or 1.</summary>
    public required float[] Mask { get; init; }

    /// <summary>[H,W] in 0..1.</summary>
    public required float[] Heatmap { get; init; }

    /// <summary>mean(M ⊙ A), 0..1.</summary>
    public required float Score { get; init; }

    /// <summary>[3,H,W] in 0..1; empty where the scene is not edited.</summary>
    public float[] Edited { get; init; } = [];
}
