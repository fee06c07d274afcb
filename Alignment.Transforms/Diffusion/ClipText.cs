namespace Alignment.Transforms.Diffusion;

/// <summary>
/// CLIP's fast tokenizer before byte-pair encoding: NFC, white space runs to one space, lower case; then the split into words. On whole
/// code points (a .NET regular expression would see two surrogates).
/// </summary>
static class ClipText
{
    // Words of their own in CLIP's split pattern, in its order.
    static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    // False in .NET's invariant globalization mode, where composing silently does nothing.
    static bool CanCompose { get; } = "e\u0301".Normalize(NormalizationForm.FormC) == "\u00e9";

    // Throws where the text may need composing and this process cannot.
    public static string Clean(string text) => Clean(text, CanCompose);

    public static string Clean(string text, bool canCompose)
    {
        string valid = ReplaceLoneSurrogates(text);
        if (!canCompose && valid.EnumerateRunes().FirstOrDefault(MayCompose) is { Value: not 0 } rune)
            throw MissingDependencyException.For($"The text '{SafePath.Shorten(text)}'",
                $"the character U+{rune.Value:X4}, which may have to be composed with its neighbours, in a process without Unicode data "
                + $"(invariant globalization)",
                "the ICU library, so that the text gets the same token ids as everywhere",
                "Install ICU (Debian: apt-get install libicu72 or newer) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        string composed = canCompose ? valid.Normalize(NormalizationForm.FormC) : valid;

        var clean = new StringBuilder(composed.Length);
        bool inSpace = false;
        foreach (Rune rune2 in LowerCase(composed))
        {
            bool space = Rune.IsWhiteSpace(rune2);
            if (!space) clean.Append(rune2);
            else if (!inSpace) clean.Append(' ');
            inSpace = space;
        }
        return clean.ToString();
    }

    /// <summary>By CLIP's pattern: <c>'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>.</summary>
    public static IEnumerable<Range> Words(string clean)
    {
        int at = 0;
        while (at < clean.Length)
        {
            int start = at;
            CharClass first = ClassAt(clean, at, out int length);
            string? contraction = clean[at] == '\'' ? Array.Find(s_contractions,
                c => string.CompareOrdinal(clean, start, c, 0, c.Length) == 0) : null;
            at += contraction?.Length ?? length;
            if (contraction is null && first is (CharClass.Letter or CharClass.Other))
                while (at < clean.Length && ClassAt(clean, at, out length) == first) at += length;
            if (first != CharClass.Space) yield return start..at;
        }
    }

    enum CharClass { Space, Letter, Number, Other }

    static CharClass ClassAt(string text, int at, out int length)
    {
        Rune rune = Rune.GetRuneAt(text, at);
        length = rune.Utf16SequenceLength;
        return Rune.IsWhiteSpace(rune) ? CharClass.Space
            : Rune.IsLetter(rune) ? CharClass.Letter
            : Rune.IsNumber(rune) ? CharClass.Number
            : CharClass.Other;
    }

    /// <summary>
    /// Unicode's full lower casing: beyond .NET's, the dotted capital I becomes i and a combining dot, and a capital sigma that ends a word
    /// becomes the final sigma.
    /// </summary>
    static IEnumerable<Rune> LowerCase(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            Rune rune = Rune.GetRuneAt(text, i);
            int next = i + rune.Utf16SequenceLength;
            switch (rune.Value)
            {
                case 0x130:
                    yield return new Rune('i');
                    yield return new Rune('\u0307');
                    break;
                case 0x3A3:
                    yield return new Rune(EndsWord(text, i, next) ? '\u03C2' : '\u03C3');
                    break;
                default:
                    yield return Rune.ToLowerInvariant(rune);
                    break;
            }
            i = next;
        }
    }

    // Unicode's Final_Sigma: a cased letter before, none after, case-ignorable characters skipped.
    static bool EndsWord(string text, int at, int next)
    {
        bool after = false, before = false;
        for (int i = next; i < text.Length;)
        {
            Rune rune = Rune.GetRuneAt(text, i);
            if (!IsCaseIgnorable(rune)) { after = IsCased(rune); break; }
            i += rune.Utf16SequenceLength;
        }
        for (int i = at; i > 0;)
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(0, i), out Rune rune, out int length);
            if (!IsCaseIgnorable(rune)) { before = IsCased(rune); break; }
            i -= length;
        }
        return before && !after;
    }

    static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter
        or UnicodeCategory.TitlecaseLetter;

    // Marks, modifiers, format characters, and Word_Break MidLetter, MidNumLet, Single_Quote.
    static bool IsCaseIgnorable(Rune rune) =>
        rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027 or 0xFE13 or 0xFE52
        or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    // Whether NFC could change a text because of this character; errs on the safe side.
    static bool MayCompose(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        || rune.Value is 0x374 or 0x37E or 0x387 or 0x2000 or 0x2001 or 0x2126 or 0x212A or 0x212B or 0x2329 or 0x232A or 0x2ADC
            or (>= 0x958 and <= 0x95F) or (>= 0x9DC and <= 0x9DF) or (>= 0xA33 and <= 0xA5E) or 0xB5C or 0xB5D or (>= 0xF43 and <= 0xFB9)
            or (>= 0x1100 and <= 0x11FF) or (>= 0x1F71 and <= 0x1FFD) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFB1D and <= 0xFB4E)
            or (>= 0x1D15E and <= 0x1D1C0) or (>= 0x2F800 and <= 0x2FA1F);

    static string ReplaceLoneSurrogates(string text)
    {
        bool valid = true;
        for (int i = 0; i < text.Length && valid; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            valid = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            i++;
        }
        return valid ? text : string.Concat(text.EnumerateRunes()); // enumerating gives U+FFFD for each lone half
    }
}
