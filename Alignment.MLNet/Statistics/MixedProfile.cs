namespace Alignment.MLNet.Statistics;

/// <summary>
/// The likelihood of <see cref="MixedModel"/> as a function of γ = σ_u² / σ² alone. With variant means β as the fixed effects (the
/// determinant of X'V⁻¹X is the same as with dummies), V_g = I + γ11' and V_g⁻¹ = I − c_g 11', c_g = γ / (1 + γ n_g):
/// <list type="bullet">
/// <item>A = X'V⁻¹X: A_vw = [v = w] n_v − Σ_g c_g n_gv n_gw;</item>
/// <item>β = A⁻¹ X'V⁻¹y, residual S = Σ within cells + Σ n_gv (ȳ_gv − β_v)² − Σ_g c_g r_g², r_g = Σ_v n_gv (ȳ_gv − β_v);</item>
/// <item>REML: (n−k) (1 + ln(2π S/(n−k))) + Σ ln(1 + γ n_g) + ln |A|; ML: n (1 + ln(2π S/n)) + Σ ln(1 + γ n_g).</item>
/// </list>
/// γ and n_g alone make c_g, so videos with equally many rows are summed once and for all (<see cref="Level"/>), and r_g² with them: Σ r² =
/// Σ s² − 2 β'Σ s n + β'Σ nn' β, s = Σ_v n_v ȳ_v. Every evaluation costs levels × variants², whatever the number of videos; there are at
/// most √(2n) levels, and one where all videos have as many rows.
/// </summary>
sealed class MixedProfile
{
    // [variant]: rows; Σ n_gv ȳ_gv and Σ n_gv ȳ_gv² of the means less their variant's overall mean; that mean
    readonly double[] _n, _sums, _squares, _centre;
    readonly Level[] _levels;
    readonly double _within;
    readonly int _k;

    /// <summary>The videos that have <paramref name="Rows"/> rows each.</summary>
    sealed record Level(double Rows, int K)
    {
        // Σ n_gv n_gw.
        public double[,] Nn { get; } = new double[K, K];

        // Σ n_gv s_g.
        public double[] Ns { get; } = new double[K];

        // Σ s_g².
        public double Ss { get; set; }

        public long Videos { get; set; }

        // Σ r_g².
        public double Rr(double[] beta)
        {
            double sum = Ss;
            for (int v = 0; v < K; v++)
            {
                double row = 0;
                for (int w = 0; w < K; w++) row += Nn[v, w] * beta[w];
                sum += beta[v] * (row - 2 * Ns[v]);
            }
            return Math.Max(0, sum);
        }
    }

    internal MixedProfile(CellTable table)
    {
        var (variants, squares) = table.Totals("The mixed model");
        _k = table.Variants;
        _centre = [.. variants.Select(v => v.Mean)];
        (_n, _sums, _squares) = (new double[_k], new double[_k], new double[_k]);
        var levels = new SortedDictionary<double, Level>();
        var n = new double[_k];
        for (int g = 0; g < table.Videos; g++)
        {
            double rows = 0, s = 0;
            for (int v = 0; v < _k; v++)
            {
                SampleAccumulator cell = table[g, v];
                n[v] = cell.Sample.N;
                if (n[v] == 0) continue;
                double mean = cell.Sample.Mean - _centre[v], sum = n[v] * mean;
                _n[v] += n[v];
                _sums[v] += sum;
                _squares[v] += sum * mean;
                _within += cell.Squares;
                rows += n[v];
                s += sum;
            }
            if (!levels.TryGetValue(rows, out Level? level)) levels.Add(rows, level = new(rows, _k));
            level.Videos++;
            level.Ss += s * s;
            for (int v = 0; v < _k; v++)
            {
                if (n[v] == 0) continue;
                level.Ns[v] += n[v] * s;
                for (int w = 0; w < _k; w++) level.Nn[v, w] += n[v] * n[w];
            }
        }
        _levels = [.. levels.Values];
        N = _n.Sum();
        if (!(squares > 0)) throw BadDataException.For("The mixed model", "values that do not vary within any variant", "values that do",
            "The differences are exact; no model is needed.");
        if (_levels[^1].Rows <= 1) throw BadDataException.For("The mixed model", "one row per video", "videos with several rows",
            "Use Welch's test: the rows are independent.");
        // At γ = 10⁹ all that videos explain is gone but for a part in 10⁹.
        if (!(At(1e9).Residual > 1e-8 * squares)) throw BadDataException.For("The mixed model",
            "rows that videos and variants explain exactly", "rows that vary within a video", "Use the paired test by video.");
    }

    internal double N { get; }

    internal MixedFit At(double gamma)
    {
        var a = new double[_k, _k];
        double[] b = [.. _sums];
        for (int v = 0; v < _k; v++) a[v, v] = _n[v];
        foreach (Level level in _levels)
        {
            double c = gamma / (1 + gamma * level.Rows);
            for (int v = 0; v < _k; v++)
            {
                b[v] -= c * level.Ns[v];
                for (int w = 0; w < _k; w++) a[v, w] -= c * level.Nn[v, w];
            }
        }
        var (inverse, logDeterminant) = Invert(a);
        var beta = new double[_k];
        for (int v = 0; v < _k; v++)
            for (int w = 0; w < _k; w++) beta[v] += inverse[v, w] * b[w];
        double residual = _within, logV = 0;
        for (int v = 0; v < _k; v++) residual += _squares[v] + beta[v] * (_n[v] * beta[v] - 2 * _sums[v]);
        foreach (Level level in _levels)
        {
            residual -= gamma / (1 + gamma * level.Rows) * level.Rr(beta);
            logV += level.Videos * Math.Log(1 + gamma * level.Rows);
        }
        return new(beta, [.. beta.Select((x, v) => x + _centre[v])], inverse, logDeterminant, logV, residual);
    }

    internal double Criterion(double gamma, bool reml)
    {
        MixedFit fit = At(gamma);
        double m = reml ? N - _k : N;
        return m * (1 + Math.Log(2 * Math.PI * fit.Residual / m)) + fit.LogV + (reml ? fit.LogDeterminant : 0);
    }

    /// <summary>γ ≥ 0 of the smallest criterion: the best of a grid over the intraclass correlation γ/(1+γ) (the criterion may have two
    /// minima), then the zero of the slope.</summary>
    internal double Minimum(bool reml)
    {
        const int grid = 100;
        static double Gamma(double rho) => rho / (1 - rho);
        double Rho(int i) => i / (double)(grid + 1);   // the last stays below 1, where γ is infinite
        int best = 0;
        double least = double.PositiveInfinity;
        for (int i = 0; i <= grid; i++)
            if (Criterion(Gamma(Rho(i)), reml) is var at && at < least) (best, least) = (i, at);
        double low = Gamma(Rho(Math.Max(0, best - 1))), high = best == grid ? 1e3 : Gamma(Rho(best + 1));
        while (best == grid && high < 1e9 && Slope(high, reml) < 0) high *= 10;
        if (Slope(low, reml) >= 0) return low;
        return Slope(high, reml) <= 0 ? high : Roots.Find(g => Slope(g, reml), low, high, relative: 1e-13);
    }

    /// <summary>Satterthwaite's degrees of freedom of a contrast's variance f(γ, ln σ²) = σ² c'A⁻¹c: 2f² / Var f, with Var f = ∇f' (2H⁻¹)
    /// ∇f, H the Hessian of the REML criterion before σ² is profiled out. The derivatives are analytic but for the second one in γ, a
    /// central difference of the first.</summary>
    internal double Satterthwaite(double gamma, double[] contrast)
    {
        MixedFit fit = At(gamma);
        double df = N - _k, variance = fit.Residual / df, step = 1e-4 * gamma;
        // D(γ, s) = (n−k) s + ln|V| + ln|A| + S(γ) e⁻ˢ at s = ln σ².
        var (_, residualSlope, aSlope) = Slopes(gamma, fit);
        double Of(double g)
        {
            var (l, r, _) = Slopes(g, At(g));
            return l + r / variance;
        }
        double hGamma = (Of(gamma + step) - Of(gamma - step)) / (2 * step), hCross = -residualSlope / variance, hSigma = df;
        double[] u = fit.Solve(contrast);   // A⁻¹c
        double q = 0, qSlope = 0;
        for (int v = 0; v < _k; v++)
        {
            q += contrast[v] * u[v];
            for (int w = 0; w < _k; w++) qSlope -= u[v] * aSlope[v, w] * u[w];
        }
        // In units of f: ∇f / f = (q'/q, 1).
        double slope = qSlope / q, determinant = hGamma * hSigma - hCross * hCross;
        double spread = (slope * slope * hSigma - 2 * slope * hCross + hGamma) / determinant;
        return determinant > 0 && spread > 0 ? Math.Max(1, 1 / spread) : df;
    }

    // d/dγ of the profiled criterion.
    double Slope(double gamma, bool reml)
    {
        MixedFit fit = At(gamma);
        double m = reml ? N - _k : N, logV = 0;
        foreach (Level level in _levels) logV += level.Videos * level.Rows / (1 + gamma * level.Rows);
        var (log, residual, _) = Slopes(gamma, fit);
        return (reml ? log : logV) + m * residual / fit.Residual;
    }

    // d/dγ of ln|V| + ln|A|, of S (β is optimal, so only c_g moves it), and of A; dc_g/dγ = 1 / (1 + γ n_g)².
    (double Log, double Residual, double[,] A) Slopes(double gamma, MixedFit fit)
    {
        double log = 0, residual = 0;
        var a = new double[_k, _k];
        foreach (Level level in _levels)
        {
            double grown = 1 + gamma * level.Rows, c = 1 / (grown * grown);
            log += level.Videos * level.Rows / grown;
            residual -= c * level.Rr(fit.Beta);
            for (int v = 0; v < _k; v++)
                for (int w = 0; w < _k; w++) a[v, w] -= c * level.Nn[v, w];
        }
        for (int v = 0; v < _k; v++)
            for (int w = 0; w < _k; w++) log += fit.Inverse[v, w] * a[w, v];
        return (log, residual, a);
    }

    // By Cholesky: A = LL', A⁻¹ = L⁻ᵀ L⁻¹.
    static (double[,] Inverse, double LogDeterminant) Invert(double[,] a)
    {
        int k = a.GetLength(0);
        var l = new double[k, k];
        double log = 0;
        for (int i = 0; i < k; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i, j];
                for (int m = 0; m < j; m++) sum -= l[i, m] * l[j, m];
                if (i == j && !(sum > 0)) throw BadDataException.For("The mixed model", "variants that the videos do not let apart",
                    "variants that share videos", "Compare the means without the model.");
                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
                if (i == j) log += Math.Log(sum);
            }
        var t = new double[k, k];
        for (int i = 0; i < k; i++)
        {
            t[i, i] = 1 / l[i, i];
            for (int j = 0; j < i; j++)
            {
                double sum = 0;
                for (int m = j; m < i; m++) sum -= l[i, m] * t[m, j];
                t[i, j] = sum / l[i, i];
            }
        }
        var inverse = new double[k, k];
        for (int i = 0; i < k; i++)
            for (int j = 0; j < k; j++)
                for (int m = Math.Max(i, j); m < k; m++) inverse[i, j] += t[m, i] * t[m, j];
        return (inverse, log);
    }
}

/// <summary>The profile at one γ.</summary>
/// <param name="Inverse">A⁻¹: covariance of the means / σ².</param>
sealed record MixedFit(double[] Beta, double[] Means, double[,] Inverse, double LogDeterminant, double LogV, double Residual)
{
    internal double[] Solve(double[] c)
    {
        var u = new double[c.Length];
        for (int v = 0; v < c.Length; v++)
            for (int w = 0; w < c.Length; w++) u[v] += Inverse[v, w] * c[w];
        return u;
    }

    internal double Quadratic(double[] c)
    {
        double[] u = Solve(c);
        double q = 0;
        for (int v = 0; v < c.Length; v++) q += c[v] * u[v];
        return q;
    }
}
