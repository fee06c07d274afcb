namespace Alignment.Tests.Tools.TinyModel;

/// <summary>The random numbers of one training step: a function of seed, stage and step, whatever was drawn before.</summary>
sealed class TinyDraws(ulong seed, string stage, long step)
{
    readonly string _purpose = FormattableString.Invariant($"tiny/{stage}/{step}");
    double[] _uniform = [];
    int _at;

    /// <summary>0 … 1.</summary>
    public double Uniform()
    {
        if (_at == _uniform.Length)
        {
            _uniform = new double[256];
            SeededNormal.FillUniform(_uniform, seed, _purpose + "/uniform", _blocks++ * 256L);
            _at = 0;
        }
        return _uniform[_at++];
    }

    long _blocks;

    public double Between(double low, double high) => low + (high - low) * Uniform();

    public int Pick(int count) => Math.Min(count - 1, (int)(Uniform() * count));

    /// <summary>Standard normal.</summary>
    public void Normal(Span<float> into) => SeededNormal.Fill(into, seed, _purpose + "/normal");
}
