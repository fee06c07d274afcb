using System.Globalization;
using Alignment.Tests.Tools.Stills;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>How users may name what they look for, and what there may be to look for that no drawing shows.</summary>
static class TinyMaskPrompts
{
    /// <summary>Other words for a product; each is one token of the tiny model.</summary>
    static readonly Dictionary<string, string[]> s_synonyms = new(StringComparer.Ordinal)
    {
        ["shoe"] = ["shoes", "sneaker"],
        ["mug"] = ["cup"],
        ["phone"] = ["smartphone"],
        ["box"] = ["package", "carton"],
        ["clock"] = ["watch"],
    };

    /// <summary>Words that name no drawn thing, nor a shape that distractors may have.</summary>
    static readonly string[] s_others =
    [
        "car", "truck", "bike", "laptop", "computer", "camera", "headphones", "ring", "necklace", "lipstick", "shirt", "dress", "jacket",
            "hat", "glasses", "backpack", "handbag",
        "book", "pen", "lamp", "chair", "table", "sofa", "bed", "burger", "pizza", "bread", "cake", "banana", "cheese", "egg", "meat",
            "fish", "rice", "keyboard", "television",
        "person", "man", "woman", "child", "hand", "face", "dog", "cat", "bird", "horse", "house", "street", "city", "tree", "flower",
            "mountain", "beach", "river", "cloud", "sun", "moon",
        "nothing", "advertisement",
    ];

    /// <summary>A text that names this product, in its colour or in none.</summary>
    public static string Of(string keyword, string colour, TinyDraws draw)
    {
        string noun = Noun(keyword, draw);
        string article = "aeiou".Contains((draw.Uniform() < 0.5 ? colour : noun)[0], StringComparison.Ordinal) ? "an" : "a";
        return draw.Pick(9) switch
        {
            0 or 1 => noun,
            2 => $"a {noun}",
            3 => $"the {noun}",
            4 => $"{colour} {noun}",
            5 => $"{article} {colour} {noun}",
            6 => $"a photo of {article} {colour} {noun}",
            7 => $"a photo of {noun}",
            _ => noun + "s",
        };
    }

    /// <summary>As <see cref="Of"/>, and a third of the texts in the plural: one word more to tell apart, and spelt in several
    /// tokens.</summary>
    public static string OneOrMany(string keyword, string colour, TinyDraws draw)
    {
        if (draw.Uniform() >= 1.0 / 3) return Of(keyword, colour, draw);
        string nouns = Plural(Noun(keyword, draw));
        return draw.Pick(5) switch
        {
            0 or 1 => nouns,
            2 => $"a photo of {nouns}",
            3 => $"{colour} {nouns}",
            _ => $"the {nouns}",
        };
    }

    static string Noun(string keyword, TinyDraws draw) =>
        s_synonyms.TryGetValue(keyword, out string[]? others) && draw.Uniform() < 0.2 ? others[draw.Pick(others.Length)] : keyword;

    static string Plural(string noun) =>
        noun.EndsWith('s') ? noun : noun.EndsWith('x') || noun.EndsWith("ch", StringComparison.Ordinal) ? noun + "es" : noun + "s";

    /// <summary>A text that names another product; often in the colour of the one that is there.</summary>
    public static string NotOf(string keyword, string colour, TinyDraws draw)
    {
        string[] absent = [.. DrawnStills.Keywords.Where(k => k != keyword)];
        return Of(absent[draw.Pick(absent.Length)], ColourBeside(colour, draw), draw);
    }

    /// <summary>Other products, none twice, in random order.</summary>
    public static string[] Absent(string keyword, TinyDraws draw)
    {
        string[] absent = [.. DrawnStills.Keywords.Where(k => k != keyword)];
        for (int i = absent.Length - 1; i > 0; i--)
        {
            int j = draw.Pick(i + 1);
            (absent[i], absent[j]) = (absent[j], absent[i]);
        }
        return absent;
    }

    /// <summary>A colour to name an absent product with: often that of the product which is there.</summary>
    public static string ColourBeside(string colour, TinyDraws draw) => draw.Uniform() < 0.6 ? colour
        : DrawnStills.Colours[draw.Pick(DrawnStills.Colours.Count)];

    /// <summary>A text that names something never drawn.</summary>
    public static string Other(TinyDraws draw)
    {
        string noun = s_others[draw.Pick(s_others.Length)];
        return draw.Pick(3) switch
        {
            0 => noun,
            1 => $"a {noun}",
            _ => string.Create(CultureInfo.InvariantCulture, $"a {DrawnStills.Colours[draw.Pick(DrawnStills.Colours.Count)]} {noun}"),
        };
    }
}
