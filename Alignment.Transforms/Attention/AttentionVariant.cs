namespace Alignment.Transforms.Attention;

/// <summary>The seven versions of a video: how much attention the product gets, and when.</summary>
public enum AttentionVariant
{
    /// <summary>Nothing changes; edited like the others, so that editing itself is not the treatment.</summary>
    Baseline,

    /// <summary>Boosted in the first third.</summary>
    EarlyBoost,

    /// <summary>Boosted in the middle third.</summary>
    MiddleBoost,

    /// <summary>Boosted in the last third.</summary>
    LateBoost,

    /// <summary>Boosted in every scene.</summary>
    FullBoost,

    /// <summary>Reduced in the middle third.</summary>
    Reduction,

    /// <summary>The boost's change, but on background of the product's size and shape, in every scene.</summary>
    Placebo,
}

/// <summary>The variants' names and what each does to a scene.</summary>
public static class AttentionVariants
{
    /// <summary>The seed's multiplier of a boost.</summary>
    public const double BoostAlpha = 1.5;

    /// <summary>The seed's multiplier of a reduction.</summary>
    public const double ReductionAlpha = 0.5;

    /// <summary>The names in folders, tables and on the command line, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> Names { get; } = ["baseline", "early_boost", "middle_boost", "late_boost", "full_boost", "reduction", "placebo"];

    /// <summary>All seven, in order.</summary>
    public static IReadOnlyList<AttentionVariant> All { get; } = Enum.GetValues<AttentionVariant>();

    /// <summary>The name of a variant.</summary>
    public static string Name(this AttentionVariant variant) => Names[(int)variant];

    /// <summary>The variant of that name (exact).</summary>
    /// <exception cref="UsageException">There is none; the message lists the names.</exception>
    public static AttentionVariant Parse(string name)
    {
        for (int i = 0; i < Names.Count; i++)
            if (Names[i] == name) return (AttentionVariant)i;
        throw UsageException.For("Variant", $"'{SafePath.Shorten(name)}'", string.Join(", ", Names), "Use one of these names.");
    }

    /// <summary>The window a variant acts in, or null when it acts in all of them or none.</summary>
    public static int? Window(this AttentionVariant variant) => variant switch
    {
        AttentionVariant.EarlyBoost => 0,
        AttentionVariant.MiddleBoost or AttentionVariant.Reduction => 1,
        AttentionVariant.LateBoost => 2,
        _ => null,
    };

    /// <summary>What the product's attention (the region's, for the placebo) is multiplied with in a scene of <paramref name="window"/>; 1 = unchanged.</summary>
    public static double Alpha(this AttentionVariant variant, int window, double boostAlpha = BoostAlpha, double reductionAlpha = ReductionAlpha) => variant switch
    {
        AttentionVariant.Baseline => 1,
        AttentionVariant.FullBoost or AttentionVariant.Placebo => boostAlpha,
        _ when variant.Window() != window => 1,
        AttentionVariant.Reduction => reductionAlpha,
        _ => boostAlpha,
    };
}
