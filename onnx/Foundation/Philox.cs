namespace Alignment;

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011): 128 bits of
/// counter and 64 of key give 128 random bits, the same on every machine, whatever the batch, order or thread count.
/// </summary>
static class Philox
{
    // Multipliers and Weyl increments (golden ratio, sqrt(3) − 1) of the paper's table for 4x32.
    const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57;
    const uint W0 = 0x9E3779B9, W1 = 0xBB67AE85;
    const int Rounds = 10;

    public static (uint X0, uint X1, uint X2, uint X3) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)M0 * c0, p1 = (ulong)M1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            unchecked
            {
                k0 += W0;
                k1 += W1;
            }
        }
        return (c0, c1, c2, c3);
    }
}
