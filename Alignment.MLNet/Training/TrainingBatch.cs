namespace Alignment.MLNet.Training;

// What the training graph is given for a few scenes, B of them. Row-major.
sealed record TrainingBatch(
    int Rows,   // B
    int Width,
    int Height,
    int[] LatentShape,   // [4,h,w] of one row
    int[] TextShape,   // [tokens, width] of one row
    float[] NoisyLatents,   // x_t [B,4,h,w]
    float[] Noise,   // ε [B,4,h,w], what the model is to find in x_t
    float[] Timestep,   // t [B]
    float[] AlphaBar,   // ᾱ_t [B]
    float[] SampleWeight,   // [B], see TimestepWeights
    float[] Text,   // [B, tokens, width]
    float[] Control,   // [B,2,H,W]
    float[] Image,   // [B,3,H,W] in −1..1
    float[] Mask);   // [B,1,H,W]
