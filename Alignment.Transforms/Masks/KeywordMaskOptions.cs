namespace Alignment.Transforms.Masks;

/// <summary>How keyword masks are made.</summary>
public sealed record KeywordMaskOptions
{
    /// <summary>Stands for the keyword in a prompt.</summary>
    public const string KeywordPlaceholder = "{keyword}";

    /// <summary>More prompts would hardly change a mean and each costs a pass of the decoder.</summary>
    const int MostPrompts = 32;

    /// <summary>
    /// What the model is asked, once for each synonym of the keyword; the probabilities are averaged. The bare word and the sentence that
    /// CLIP was mostly trained on (Radford et al. 2021, section 3.1.4).
    /// </summary>
    public IReadOnlyList<string> Prompts { get; init; } = [KeywordPlaceholder, $"a photo of {KeywordPlaceholder}"];

    /// <summary>Other words for a keyword (compared without case): "phone" → "smartphone", "mobile". Every one is asked for as the keyword
    /// is.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Synonyms { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Probabilities strictly above this are product: 0 … 1. ½ is where the model itself is undecided.</summary>
    public float Threshold { get; init; } = 0.5f;

    /// <summary>
    /// Whether the probabilities are fitted to the picture's edges (a guided filter, He, Sun and Tang 2010). Off by default: where product
    /// and background have one brightness, it smears what the model knew.
    /// </summary>
    public bool Refine { get; init; }

    /// <summary>Radius of the fit as a share of the picture's shorter side; 0.02 is about one patch of a CLIPSeg at 352 pixels.</summary>
    public double RefineRadius { get; init; } = 0.02;

    /// <summary>How strong an edge must be to count: its variance, in brightness from 0 to 1. 0.001 is a step of about 6 %.</summary>
    public double RefineEdge { get; init; } = 1e-3;

    /// <summary>Only so many connected pieces are kept, the largest; 0 keeps all.</summary>
    public int LargestComponents { get; init; }

    /// <summary>The texts asked for a keyword: every prompt with the keyword and with each of its synonyms, none twice.</summary>
    /// <exception cref="UsageException">They are more than 32.</exception>
    public IReadOnlyList<string> PromptsFor(string keyword)
    {
        ArgumentNullException.ThrowIfNull(keyword);
        string[] same = [.. Synonyms.Where(s => s.Key.Equals(keyword.Trim(), StringComparison.OrdinalIgnoreCase)).SelectMany(s => s.Value)];
        string[] texts = [.. same.Prepend(keyword).SelectMany(word =>
            Prompts.Select(p => p.Replace(KeywordPlaceholder, word.Trim(), StringComparison.Ordinal))).Distinct(StringComparer.Ordinal)];
        return texts.Length <= MostPrompts ? texts
            : throw UsageException.For($"The prompts for '{SafePath.Shorten(keyword)}' and its synonyms", $"{texts.Length} texts",
            $"at most {MostPrompts}", "Leave out some prompts or synonyms.");
    }

    /// <summary>Checks every value once.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public void Check()
    {
        this.Require(Threshold, Threshold is >= 0 and < 1, "0 or more and less than 1", "0.5 is the usual value; lower takes in more.");
        this.Require(RefineRadius, RefineRadius is > 0 and <= 0.5, "more than 0, at most 0.5 of the shorter side", "0.02 is the default.");
        this.Require(RefineEdge, RefineEdge is > 0 and <= 1, "more than 0, at most 1", "0.001 is the default.");
        this.Require(LargestComponents, LargestComponents >= 0, "0 (all) or more", "1 keeps the largest only.");
        this.Require($"{Prompts.Count} texts", Prompts.Count is >= 1 and <= MostPrompts, $"1 to {MostPrompts}",
            $"'{KeywordPlaceholder}' alone is enough.", nameof(Prompts));
        if (Prompts.FirstOrDefault(p => !p.Contains(KeywordPlaceholder, StringComparison.Ordinal)) is { } without)
            throw UsageException.For($"{OptionName.Of<KeywordMaskOptions>(nameof(Prompts))} '{SafePath.Shorten(without)}'",
                $"no {KeywordPlaceholder}", "where the keyword goes", $"Write for example 'a photo of {KeywordPlaceholder}'.");
        if (Synonyms.FirstOrDefault(s => s.Key.Trim().Length == 0 || s.Value.Count == 0
            || s.Value.Any(v => v.Trim().Length == 0)) is { Key: not null } empty)
            throw UsageException.For($"{OptionName.Of<KeywordMaskOptions>(nameof(Synonyms))} of '{SafePath.Shorten(empty.Key)}'",
                "an empty word", "a keyword and words for it", "Leave out what is empty.");
        foreach (string keyword in Synonyms.Keys) _ = PromptsFor(keyword);
    }
}
