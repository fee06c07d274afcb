namespace Alignment.MLNet.Storage;

// Numbers from UTF-8 text, the nearest double each, with a point or a comma before the decimals.
static class NumberText
{
    static readonly double[] s_powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    // False for anything but one finite number without spaces around it.
    public static bool TryParse(ReadOnlySpan<byte> text, out double value) => TryParse(text, (byte)'.', out value);

    // As above, with mark (a point or a comma) before the decimals.
    public static bool TryParse(ReadOnlySpan<byte> text, byte mark, out double value)
    {
        // Digits that fit 2⁵³ and a power of ten up to 22 are both exact doubles, so that one division rounds right (Clinger, PLDI 1990).
        int i = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? 1 : 0, digits = 0, decimals = 0;
        ulong whole = 0;
        for (; i < text.Length && (uint)(text[i] - '0') <= 9; i++, digits++) whole = 10 * whole + (ulong)(text[i] - '0');
        if (i < text.Length && text[i] == mark)
            for (i++; i < text.Length && (uint)(text[i] - '0') <= 9; i++, digits++, decimals++) whole = 10 * whole + (ulong)(text[i] - '0');
        if (i == text.Length && digits is > 0 and <= 18 && whole <= 1UL << 53 && decimals <= 22)
        {
            value = whole / s_powers[decimals];
            if (text[0] == (byte)'-') value = -value;
            return true;
        }
        return Slow(text, mark, out value);
    }

    static bool Slow(ReadOnlySpan<byte> text, byte mark, out double value)
    {
        value = double.NaN;
        // The system's reader passes over NULs at the end.
        if (text.Length is 0 or > 400 || text.Contains((byte)0)) return false;
        if (mark == (byte)',')
        {
            if (text.Contains((byte)'.')) return false;
            Span<byte> point = stackalloc byte[text.Length];
            text.Replace(point, (byte)',', (byte)'.');
            return Parse(point, out value);
        }
        return Parse(text, out value);
    }

    static bool Parse(ReadOnlySpan<byte> text, out double value)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, style, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }
}
