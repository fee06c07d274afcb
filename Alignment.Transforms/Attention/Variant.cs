namespace Alignment.Transforms.Attention;

/// <summary>What a variant does to attention in the scenes it acts in.</summary>
public enum VariantStrength
{
    None,

    Boost,

    Reduction,
}

/// <summary>Whose attention a variant multiplies.</summary>
public enum VariantTarget
{
    Product,

    /// <summary>A background region of the product's size and shape; the product's stays as it is.</summary>
    Background,
}

/// <summary>One version of a video; <paramref name="Window"/> null: every scene; <paramref name="Purpose"/> in plain words.</summary>
public sealed record Variant(string Name, VariantStrength Strength, int? Window, VariantTarget Target, string Purpose)
{
    /// <summary>The reference framework's multiplier.</summary>
    public const double BoostAlpha = 1.5;

    /// <summary>The reference framework's multiplier.</summary>
    public const double ReductionAlpha = 0.5;

    /// <summary>
    /// The table: names, counts, colours, plots, prose, assignment, plan, simulation and analysis follow from it. In the order of reports;
    /// an edit that several variants share is made for the first of them.
    /// </summary>
    public static IReadOnlyList<Variant> All { get; } =
    [
        new("baseline", VariantStrength.None, null, VariantTarget.Product,
            "Nothing changes; edited like the others, so that editing itself is not the treatment."),
        new("early_boost", VariantStrength.Boost, 0, VariantTarget.Product, "More attention on the product in the first third."),
        new("middle_boost", VariantStrength.Boost, 1, VariantTarget.Product, "More attention on the product in the middle third."),
        new("late_boost", VariantStrength.Boost, 2, VariantTarget.Product, "More attention on the product in the last third."),
        new("full_boost", VariantStrength.Boost, null, VariantTarget.Product, "More attention on the product in every scene."),
        new("reduction", VariantStrength.Reduction, 1, VariantTarget.Product, "Less attention on the product in the middle third."),
        new("placebo", VariantStrength.Boost, null, VariantTarget.Background,
            "The boost's change, but on background of the product's size and shape, in every scene."),
    ];

    public static Variant Baseline { get; } = All.First(v => v.Strength == VariantStrength.None);

    /// <summary>Must not differ from the baseline.</summary>
    public static Variant Placebo { get; } = All.First(v => v.Target == VariantTarget.Background);
    public static Variant FullBoost { get; } = All.First(v => v.IsBoost && v.Window is null);
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(v => v.Name)];

    /// <summary>More attention on the product.</summary>
    public static IReadOnlyList<Variant> Boosts { get; } = [.. All.Where(v => v.IsBoost)];

    /// <summary>The boosts that differ in when, in the order of time: the table's first of each window.</summary>
    public static IReadOnlyList<Variant> Windowed { get; } =
        [.. Boosts.Where(v => v.Window is not null).DistinctBy(v => v.Window).OrderBy(v => v.Window)];

    /// <summary>Exact.</summary>
    /// <exception cref="UsageException">There is none; the message lists the names.</exception>
    public static Variant Named(string name) =>
        Find(name) ?? throw UsageException.For("Variant", $"'{SafePath.Shorten(name)}'", string.Join(", ", Names),
        "Use one of these names.");

    public static Variant? Find(string name) => All.FirstOrDefault(v => v.Name == name);

    /// <summary>From 0; −1 for a variant that is not of the table. Decides the colour and mark in plots.</summary>
    public int Position
    {
        get
        {
            for (int i = 0; i < All.Count; i++)
                if (All[i] == this) return i;
            return -1;
        }
    }

    public string Label => Name.Replace('_', ' ');

    bool IsBoost => Strength == VariantStrength.Boost && Target == VariantTarget.Product;

    /// <summary>Changes scenes of <paramref name="window"/> (0 early, 1 middle, 2 late).</summary>
    public bool ActsIn(int window) => Strength != VariantStrength.None && (Window ?? window) == window;

    /// <summary>The target's multiplier in a scene of <paramref name="window"/>; 1 = unchanged.</summary>
    public double Alpha(int window, double boostAlpha = BoostAlpha, double reductionAlpha = ReductionAlpha) =>
        !ActsIn(window) ? 1 : Strength == VariantStrength.Boost ? boostAlpha : reductionAlpha;

    public override string ToString() => Name;
}
