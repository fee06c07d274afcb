namespace Alignment.Transforms.Masks;

public sealed record KeywordMaskOptions
{
    /// <summary>Stands for the keyword in a prompt.</summary>
    public const string KeywordPlaceholder = "{keyword}";

    // More would hardly change a mean, and each costs a pass of the decoder.
    const int MostPrompts = 32;

    /// <summary>
    /// The probabilities of all prompts are averaged. Defaults: the bare word, and the sentence CLIP was mostly trained on (Radford et al.
    /// 2021, section 3.1.4).
    /// </summary>
    public IReadOnlyList<string> Prompts { get; init; } = [KeywordPlaceholder, $"a photo of {KeywordPlaceholder}"];

    /// <summary>Other words for a keyword (compared without case), asked for as the keyword is: "phone" → "smartphone", "mobile".</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Synonyms { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Probabilities strictly above this are product, 0 … 1.</summary>
    public float Threshold { get; init; } = 0.5f;

    /// <summary>
    /// Fits the probabilities to the picture's edges (guided filter, He, Sun and Tang 2010). Off: where product and background have one
    /// brightness, it smears.
    /// </summary>
    public bool Refine { get; init; }

    /// <summary>A share of the picture's shorter side; 0.02 is about one patch of CLIPSeg at 352 pixels.</summary>
    public double RefineRadius { get; init; } = 0.02;

    /// <summary>An edge's least variance, in brightness from 0 to 1; 0.001 is a step of about 6 %.</summary>
    public double RefineEdge { get; init; } = 1e-3;

    /// <summary>Connected pieces that are kept, the largest; 0: all.</summary>
    public int LargestComponents { get; init; }

    /// <summary>Every prompt with the keyword and each of its synonyms, none twice.</summary>
    /// <exception cref="UsageException">They are more than 32.</exception>
    public IReadOnlyList<string> PromptsFor(string keyword)
    {
        ArgumentNullException.ThrowIfNull(keyword);
        string[] same = [.. Synonyms.Where(s => s.Key.Equals(keyword.Trim(), StringComparison.OrdinalIgnoreCase)).SelectMany(s => s.Value)];
        string[] texts = [.. same.Prepend(keyword).SelectMany(word =>
            Prompts.Select(p => p.Replace(KeywordPlaceholder, word.Trim(), StringComparison.Ordinal))).Distinct()];
        return texts.Length <= MostPrompts ? texts
            : throw UsageException.For($"The prompts for '{SafePath.Shorten(keyword)}' and its synonyms", $"{texts.Length} texts",
            $"at most {MostPrompts}", "Leave out some prompts or synonyms.");
    }

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
