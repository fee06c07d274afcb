namespace Alignment.MLNet.Storage;

// Small numbers as running text writes them: "seven"; digits above twelve.
static class NumberWords
{
    static readonly string[] s_words =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    public static string Of(int n) => n >= 0 && n < s_words.Length ? s_words[n] : Invariant($"{n}");
}
