using Alignment.Tests.Tools.Stills;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>What a picture is asked in a step: so many texts, and whether each names what is there.</summary>
/// <param name="Count">Texts of each picture.</param>
/// <param name="Heads">How much it counts that products are told apart, beside the masks; see
/// <see cref="Alignment.Tests.Tools.TinyModel.TinyTrainingGraphs.Masks"/>.</param>
/// <param name="Ask">The texts for a still.</param>
sealed record TinyMaskQuestions(int Count, float Heads, Func<DrawnStill, TinyDraws, (string Text, bool There)[]> Ask)
{
    /// <summary>
    /// The first text names the product; the second mostly another one, now and then something never drawn, or the product again. Enough to
    /// learn what products look like, but a text that names one of the ten is true in more than half of the cases, and of a given absent
    /// product in one of twenty-five: in doubt between two products it is right to say yes to both.
    /// </summary>
    public static TinyMaskQuestions First { get; } = new(2, 1,
        (still, draw) => [(TinyMaskPrompts.Of(still.Keyword, still.Colour, draw), true), Second(still, draw)]);

    /// <summary>
    /// One text for the product, four for different absent ones, and one that is any of these or names what is never drawn: a product that
    /// is asked for is then absent in four cases of five, so that a doubt is no longer worth a mask.
    /// </summary>
    public static TinyMaskQuestions ManyAbsent { get; } = new(6, 1f / 3, Many);

    static (string Text, bool There) Second(DrawnStill still, TinyDraws draw)
    {
        double kind = draw.Uniform();
        return kind < 0.1 ? (TinyMaskPrompts.Of(still.Keyword, still.Colour, draw), true)
            : kind < 0.8 ? (TinyMaskPrompts.NotOf(still.Keyword, still.Colour, draw), false)
            : (TinyMaskPrompts.Other(draw), false);
    }

    static (string Text, bool There)[] Many(DrawnStill still, TinyDraws draw)
    {
        string[] absent = TinyMaskPrompts.Absent(still.Keyword, draw);
        string NotThere(int number) => TinyMaskPrompts.OneOrMany(absent[number], TinyMaskPrompts.ColourBeside(still.Colour, draw), draw);
        (string, bool) there = (TinyMaskPrompts.OneOrMany(still.Keyword, still.Colour, draw), true);
        var texts = new (string, bool)[6];
        texts[0] = there;
        for (int i = 0; i < 4; i++) texts[1 + i] = (NotThere(i), false);
        double kind = draw.Uniform();
        texts[5] = kind < 0.3 ? (TinyMaskPrompts.OneOrMany(still.Keyword, still.Colour, draw), true) : kind < 0.7 ? (NotThere(4), false)
            : (TinyMaskPrompts.Other(draw), false);
        return texts;
    }
}
