namespace Alignment.Onnx.Training;

// Defaults: Loshchilov and Hutter (2019) as libraries ship them, with clipping at 1.
public sealed record AdamWOptions
{
    internal static AdamWOptions Default { get; } = new();

    // Decay of the gradient's running mean.
    public double Beta1 { get; init; } = 0.9;

    // Decay of the squared gradient's running mean.
    public double Beta2 { get; init; } = 0.999;
    public double Epsilon { get; init; } = 1e-8;

    // Each step shrinks every parameter by learning rate × this.
    public double WeightDecay { get; init; } = 1e-2;

    // Gradients of a larger norm over all parameters are scaled down to it; 0: off.
    public double MaxGradientNorm { get; init; } = 1;

    public void Check()
    {
        this.Require(Beta1, Beta1 is >= 0 and < 1, "0 or more and less than 1", Advice);
        this.Require(Beta2, Beta2 is >= 0 and < 1, "0 or more and less than 1", Advice);
        this.Require(Epsilon, Epsilon is > 0 and < 1, "more than 0 and less than 1", Advice);
        this.Require(WeightDecay, WeightDecay is >= 0 and < 1e6, "0 or more", Advice);
        this.Require(MaxGradientNorm, MaxGradientNorm is >= 0 and < double.PositiveInfinity, "0 (off) or more", Advice);
    }

    const string Advice = "Leave it at its default if unsure.";
}
