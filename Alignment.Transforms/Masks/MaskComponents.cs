namespace Alignment.Transforms.Masks;

/// <summary>
/// The connected pieces of a binary mask, across corners too: two passes with a union of labels (Rosenfeld and Pfaltz 1966).
/// </summary>
static class MaskComponents
{
    public static int Count(ReadOnlySpan<float> mask, int width, int height)
    {
        using var labels = new Rented<int>(mask.Length);
        return Label(mask, width, height, labels.Span).Count;
    }

    /// <summary>Sets every piece but the <paramref name="largest"/> ones to 0; of equals the first, row by row, is kept.</summary>
    /// <returns>The number of pieces before.</returns>
    public static int Keep(Span<float> mask, int width, int height, int largest)
    {
        using var labels = new Rented<int>(mask.Length);
        List<int> sizes = Label(mask, width, height, labels.Span);
        if (sizes.Count <= largest) return sizes.Count;
        bool[] kept = new bool[sizes.Count];
        foreach (int piece in Enumerable.Range(0, sizes.Count).OrderByDescending(i => sizes[i]).ThenBy(i => i).Take(largest))
            kept[piece] = true;
        for (int i = 0; i < mask.Length; i++)
            if (mask[i] > 0 && !kept[labels.Array[i]]) mask[i] = 0;
        return sizes.Count;
    }

    /// <summary>Numbers the pieces from 0 in the order in which they begin; pixels outside keep what is there.</summary>
    /// <returns>The pixels of each.</returns>
    static List<int> Label(ReadOnlySpan<float> mask, int width, int height, Span<int> labels)
    {
        var parent = new List<int>();
        int Root(int label)
        {
            while (parent[label] != label) label = parent[label] = parent[parent[label]];
            return label;
        }
        for (int y = 0, i = 0; y < height; y++)
            for (int x = 0; x < width; x++, i++)
            {
                if (!(mask[i] > 0)) continue;
                int label = -1;
                // The neighbours that have a label already: left, and the three above.
                if (x > 0 && mask[i - 1] > 0) label = Root(labels[i - 1]);
                if (y > 0)
                    for (int dx = Math.Max(-1, -x); dx <= Math.Min(1, width - 1 - x); dx++)
                    {
                        int above = i - width + dx;
                        if (!(mask[above] > 0)) continue;
                        int other = Root(labels[above]);
                        if (label < 0) label = other;
                        else if (other != label)
                        {
                            // The smaller number is the older one, so that numbers follow the order of the beginnings.
                            (int old, int young) = (Math.Min(label, other), Math.Max(label, other));
                            parent[young] = old;
                            label = old;
                        }
                    }
                if (label < 0) parent.Add(label = parent.Count);
                labels[i] = label;
            }
        var numbers = new Dictionary<int, int>();
        var sizes = new List<int>();
        for (int i = 0; i < mask.Length; i++)
        {
            if (!(mask[i] > 0)) continue;
            int root = Root(labels[i]);
            if (!numbers.TryGetValue(root, out int number))
            {
                numbers.Add(root, number = sizes.Count);
                sizes.Add(0);
            }
            labels[i] = number;
            sizes[number]++;
        }
        return sizes;
    }
}
