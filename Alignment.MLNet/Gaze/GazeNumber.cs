using System.Globalization;

namespace Alignment.MLNet.Gaze;

/// <summary>Numbers in invariant notation from UTF-8 text.</summary>
static class GazeNumber
{
    /// <summary>Digits whose whole number a double holds exactly (2^53 has 16).</summary>
    const int ExactDigits = 15;

    static readonly double[] s_powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>True for a finite number. Everyday decimals take a short way that rounds alike: both parts of digits ÷ 10^k are exact, so the quotient is the nearest double (Clinger 1990).</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        long digits = 0;
        int at = text.Length > 0 && text[0] == '-' ? 1 : 0, first = at, point = -1, count = 0;
        for (; at < text.Length && count <= ExactDigits; at++)
        {
            uint digit = text[at] - (uint)'0';
            if (digit <= 9)
            {
                digits = digits * 10 + digit;
                count++;
            }
            else if (text[at] == '.' && point < 0) point = at;
            else break;
        }
        if (at == text.Length && count is > 0 and <= ExactDigits)
        {
            double whole = digits;
            value = point < 0 ? whole : whole / s_powers[text.Length - point - 1];
            if (first == 1) value = -value;
            return true;
        }
        // The system's reader passes over NULs at the end.
        value = 0;
        return !text.Contains((byte)0) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }
}
