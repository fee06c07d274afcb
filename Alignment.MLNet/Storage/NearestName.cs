namespace Alignment.MLNet.Storage;

// The known name a misspelt one most likely means.
static class NearestName
{
    const int Longest = 64;

    // The name with the fewest single-character edits (Levenshtein); the first of equals.
    public static string Of(string found, IReadOnlyList<string> names)
    {
        string from = found.Length > Longest ? found[..Longest] : found;
        return names.MinBy(name => Distance(from, name)) ?? "";
    }

    static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                bool same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (same ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
