using Microsoft.ML.Tokenizers;

namespace Alignment.Transforms.Diffusion;

/// <summary>
/// CLIP's clean-up (<see cref="ClipText"/>), byte-level byte-pair encoding in lower case, a start and an end token, cut or padded to <see
/// cref="Length"/>. Ids equal those of the Hugging Face fast CLIP tokenizer without ftfy. Special tokens written in a text become their
/// ids. Thread-safe.
/// </summary>
sealed class ClipTokenizer
{
    readonly BpeTokenizer _bpe;
    readonly KeyValuePair<string, int>[] _specials;

    ClipTokenizer(BpeTokenizer bpe, ClipVocabulary vocabulary, int? length)
    {
        _bpe = bpe;
        Length = length ?? vocabulary.Length;
        (StartId, EndId, PadId) = (vocabulary.StartId, vocabulary.EndId, vocabulary.PadId);
        _specials = [.. vocabulary.Specials];
    }

    public int Length { get; }
    public int StartId { get; }
    public int EndId { get; }

    // Stable Diffusion 1.5 repeats the end token.
    public int PadId { get; }

    /// <summary>
    /// Of a bundle or a diffusers model; <paramref name="length"/> as the text encoder was built for, null for what the files say.
    /// </summary>
    public static ClipTokenizer Load(string folder, int? length = null)
    {
        if (length is { } n) ArgumentOutOfRangeException.ThrowIfLessThan(n, 3, nameof(length)); // start, one token, end
        ClipVocabulary vocabulary = ClipVocabulary.Load(folder);
        try
        {
            var bpe = BpeTokenizer.Create(new BpeOptions(vocabulary.Ids)
            {
                Merges = vocabulary.Merges,
                ByteLevel = true,
                EndOfWordSuffix = "</w>",
                UnknownToken = vocabulary.UnknownToken,
                Normalizer = null, // ours: the library has neither NFC nor full lower casing
                PreTokenizer = null,
            });
            return new ClipTokenizer(bpe, vocabulary, length);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KeyNotFoundException)
        {
            throw BadDataException.For($"The tokenizer in '{folder}'", e.Message, "merges.txt to use only symbols of vocab.json",
                "Take both files from the same model.", e);
        }
    }

    // No start, no end, not cut.
    public int[] Encode(string text)
    {
        string clean = ClipText.Clean(text);
        var ids = new List<int>();
        for (int at = 0; at < clean.Length;)
        {
            (int start, KeyValuePair<string, int> special) = NextSpecial(clean, at);
            string plain = clean[at..start];
            foreach (Range word in ClipText.Words(plain))
                ids.AddRange(_bpe.EncodeToIds(plain[word], considerPreTokenization: false, considerNormalization: false));
            if (start < clean.Length) ids.Add(special.Value);
            at = start + (special.Key?.Length ?? 0);
        }
        return [.. ids];
    }

    /// <summary>Start, the text's ids, end, padding: exactly <see cref="Length"/> ids.</summary>
    /// <returns>How many of the text's own ids were cut off.</returns>
    public int EncodePadded(string text, Span<long> ids)
    {
        if (ids.Length != Length) throw new ArgumentException($"A padded text has {Length} ids, not {ids.Length}.", nameof(ids));
        int[] own = Encode(text);
        int kept = Math.Min(own.Length, Length - 2);
        ids[0] = StartId;
        for (int i = 0; i < kept; i++) ids[1 + i] = own[i];
        ids[1 + kept] = EndId;
        ids[(2 + kept)..].Fill(PadId);
        return own.Length - kept;
    }

    // Into a new array.
    public long[] EncodePadded(string text)
    {
        var ids = new long[Length];
        EncodePadded(text, ids);
        return ids;
    }

    // Where the next special token stands, or the text's end.
    (int Start, KeyValuePair<string, int> Special) NextSpecial(string clean, int from)
    {
        (int Start, KeyValuePair<string, int> Special) first = (clean.Length, default);
        foreach (KeyValuePair<string, int> special in _specials)
            if (clean.IndexOf(special.Key, from, StringComparison.Ordinal) is >= 0 and int at && at < first.Start)
                first = (at, special);
        return first;
    }
}
