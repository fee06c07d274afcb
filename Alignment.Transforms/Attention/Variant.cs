namespace Alignment.Transforms.Attention;

/// <summary>What a variant does to attention in the scenes it acts in.</summary>
public enum VariantStrength
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Multiplies it by the boost's α.</summary>
    Boost,

    /// <summary>Multiplies it by the reduction's α.</summary>
    Reduction,
}

/// <summary>Whose attention a variant multiplies.</summary>
public enum VariantTarget
{
    /// <summary>The product's.</summary>
    Product,

    /// <summary>That of a background region of the product's size and shape; the product's stays as it is.</summary>
    Background,
}

/// <summary>One version of a video: how much attention the product gets, and when.</summary>
/// <param name="Name">In folders, tables and on the command line.</param>
/// <param name="Strength">What it does.</param>
/// <param name="Window">The temporal window it acts in (<see cref="TemporalWindows"/>); null: every scene.</param>
/// <param name="Target">Whose attention it multiplies.</param>
/// <param name="Purpose">Why it is made, in plain words.</param>
public sealed record Variant(string Name, VariantStrength Strength, int? Window, VariantTarget Target, string Purpose)
{
    /// <summary>The reference framework's multiplier of a boost.</summary>
    public const double BoostAlpha = 1.5;

    /// <summary>The reference framework's multiplier of a reduction.</summary>
    public const double ReductionAlpha = 0.5;

    /// <summary>
    /// The table. Names, counts, colours, plots, prose, assignment, plan, simulation and analysis follow from it: a further variant is
    /// one more row.
    /// The order is that of reports; an edit that several variants share is made for the first of them.
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

    /// <summary>The variant that every other is compared with.</summary>
    public static Variant Baseline { get; } = All.First(v => v.Strength == VariantStrength.None);

    /// <summary>The variant that must not differ from the baseline.</summary>
    public static Variant Placebo { get; } = All.First(v => v.Target == VariantTarget.Background);

    /// <summary>The boost of every scene, which the placebo is measured against.</summary>
    public static Variant FullBoost { get; } = All.First(v => v.IsBoost && v.Window is null);

    /// <summary>All names, in the table's order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(v => v.Name)];

    /// <summary>The variants with more attention on the product.</summary>
    public static IReadOnlyList<Variant> Boosts { get; } = [.. All.Where(v => v.IsBoost)];

    /// <summary>The boosts that differ in when, in the order of time: the table's first of each window.</summary>
    public static IReadOnlyList<Variant> Windowed { get; } =
        [.. Boosts.Where(v => v.Window is not null).DistinctBy(v => v.Window).OrderBy(v => v.Window)];

    /// <summary>The variant of that name (exact).</summary>
    /// <exception cref="UsageException">There is none; the message lists the names.</exception>
    public static Variant Named(string name) =>
        Find(name) ?? throw UsageException.For("Variant", $"'{SafePath.Shorten(name)}'", string.Join(", ", Names),
        "Use one of these names.");

    /// <summary>The variant of that name (exact), or null.</summary>
    public static Variant? Find(string name) => All.FirstOrDefault(v => v.Name == name);

    /// <summary>Place in the table, from 0; −1 for a variant that is not of the table. It decides the colour and mark in plots.</summary>
    public int Position
    {
        get
        {
            for (int i = 0; i < All.Count; i++)
                if (All[i] == this) return i;
            return -1;
        }
    }

    /// <summary>The name as people say it: "early boost".</summary>
    public string Label => Name.Replace('_', ' ');

    /// <summary>More attention on the product.</summary>
    bool IsBoost => Strength == VariantStrength.Boost && Target == VariantTarget.Product;

    /// <summary>Whether it changes scenes of <paramref name="window"/> (0 early, 1 middle, 2 late).</summary>
    public bool ActsIn(int window) => Strength != VariantStrength.None && (Window ?? window) == window;

    /// <summary>What its target's attention is multiplied with in a scene of <paramref name="window"/>; 1 = unchanged.</summary>
    public double Alpha(int window, double boostAlpha = BoostAlpha, double reductionAlpha = ReductionAlpha) =>
        !ActsIn(window) ? 1 : Strength == VariantStrength.Boost ? boostAlpha : reductionAlpha;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
