namespace Alignment.Transforms.Images;

// CRC-32 of ISO 3309 (polynomial 0xEDB88320, reflected), PNG specification annex D.
static class Crc32
{
    public const uint Start = 0xFFFFFFFF;

    static readonly uint[] s_table = MakeTable();

    /// <summary>Continues <paramref name="crc"/>; the finished checksum is its complement.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes) crc = s_table[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return crc;
    }

    static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            uint c = n;
            for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            table[n] = c;
        }
        return table;
    }
}
