namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>How 8-bit Y′CbCr becomes B′G′R′, in the 16-bit fixed point arithmetic of ffmpeg's x86 code, so that every processor gives the
/// numbers of <c>-pix_fmt bgr24</c> there. With x = (8·value − offset): B = y + u·UtoB, G = y + u·UtoG + v·VtoG, R = y + v·VtoR, each
/// product shifted right by 16 on its own, then held in 0..255.</summary>
readonly record struct YuvMatrix(short Y, short YOffset, short VtoR, short UtoB, short UtoG, short VtoG)
{
    // 128, the middle of a chroma byte, times 8.
    public const short ChromaOffset = 1024;

    // Coefficients × 65536 for studio range: 255/224 · 2(1 − Kr) and so on, with Kr and Kb of the standard.
    static readonly (string Space, int Rv, int Bu, int Gu, int Gv)[] s_spaces =
    [
        ("bt709", 117489, 138438, 13975, 34925),
        ("fcc", 104448, 132798, 24759, 53109),
        ("smpte240m", 117579, 136230, 16907, 35559),
        ("bt2020nc", 110013, 140363, 12277, 42626),
        ("bt2020c", 110013, 140363, 12277, 42626),
    ];

    // ITU-R BT.601, which ffmpeg takes where a file does not say.
    static readonly (string Space, int Rv, int Bu, int Gu, int Gv) s_bt601 = ("bt470bg", 104597, 132201, 25675, 53279);

    // colorSpace is ffprobe's word, null or unknown BT.601; in the full range black is 0 and white 255 instead of 16 and 235.
    public static YuvMatrix Of(string? colorSpace, bool fullRange)
    {
        int at = Array.FindIndex(s_spaces, s => s.Space == colorSpace);
        var (_, rv, bu, gu, gv) = at < 0 ? s_bt601 : s_spaces[at];
        if (fullRange)
        {
            (rv, bu) = (Studio(rv), Studio(bu));
            (gu, gv) = (Studio(gu), Studio(gv));
        }
        return new(Fixed(fullRange ? 65536 : 65536 * 255 / 219), fullRange ? (short)0 : (short)(16 << 3), Fixed(rv), Fixed(bu), Fixed(-gu),
            Fixed(-gv));
    }

    static int Studio(int coefficient) => (int)(coefficient * 224L / 255);

    // 16.16 → 3.13, rounded.
    static short Fixed(int coefficient) => (short)(((long)coefficient * 8192 + 32768) >> 16);
}
