using static Alignment.Onnx.Models.TrunkLayer;

namespace Alignment.Onnx.Models;

/// <summary>The trunks with published LPIPS weights.</summary>
public enum LpipsTrunk
{
    Squeeze,
    Alex,
    Vgg,
}

/// <summary>Layers in the order of torchvision's <c>features</c>, and which outputs are compared.</summary>
sealed record LpipsConfig
{
    public required string Name { get; init; }
    public required IReadOnlyList<TrunkLayer> Layers { get; init; }
    public required IReadOnlyList<int> Taps { get; init; }

    /// <summary>(picture − Shift) / Scale by channel, in −1 … 1 (lpips 0.1, ScalingLayer).</summary>
    public IReadOnlyList<float> Shift { get; init; } = [-0.030f, -0.088f, -0.188f];
    public IReadOnlyList<float> Scale { get; init; } = [0.458f, 0.448f, 0.450f];

    /// <summary>SqueezeNet 1.1; pools round up.</summary>
    public static LpipsConfig Squeeze { get; } = new()
    {
        Name = "squeeze",
        Layers =
        [
            new Conv(64, 3, Stride: 2), new Relu(), new MaxPool(3, 2, Ceil: true),
            new Fire(16, 64), new Fire(16, 64), new MaxPool(3, 2, Ceil: true),
            new Fire(32, 128), new Fire(32, 128), new MaxPool(3, 2, Ceil: true),
            new Fire(48, 192), new Fire(48, 192), new Fire(64, 256), new Fire(64, 256),
        ],
        Taps = [1, 4, 7, 9, 10, 11, 12],
    };

    /// <summary>AlexNet: the output of every ReLU.</summary>
    public static LpipsConfig Alex { get; } = new()
    {
        Name = "alex",
        Layers =
        [
            new Conv(64, 11, Stride: 4, Padding: 2), new Relu(), new MaxPool(3, 2),
            new Conv(192, 5, Padding: 2), new Relu(), new MaxPool(3, 2),
            new Conv(384, 3, Padding: 1), new Relu(),
            new Conv(256, 3, Padding: 1), new Relu(),
            new Conv(256, 3, Padding: 1), new Relu(),
        ],
        Taps = [1, 4, 7, 9, 11],
    };

    /// <summary>VGG16: the last ReLU before each halving.</summary>
    public static LpipsConfig Vgg { get; } = new()
    {
        Name = "vgg",
        Layers =
        [
            .. Convs(64, 2), new MaxPool(2, 2), .. Convs(128, 2), new MaxPool(2, 2),
            .. Convs(256, 3), new MaxPool(2, 2), .. Convs(512, 3), new MaxPool(2, 2), .. Convs(512, 3),
        ],
        Taps = [3, 8, 15, 22, 29],
    };

    public static LpipsConfig Of(LpipsTrunk trunk) => trunk switch
    {
        LpipsTrunk.Squeeze => Squeeze,
        LpipsTrunk.Alex => Alex,
        LpipsTrunk.Vgg => Vgg,
        _ => throw new ArgumentOutOfRangeException(nameof(trunk), trunk, "No such trunk."),
    };

    static IEnumerable<TrunkLayer> Convs(int channels, int count) =>
        Enumerable.Range(0, count).SelectMany(_ => new TrunkLayer[] { new Conv(channels, 3, Padding: 1), new Relu() });
}
