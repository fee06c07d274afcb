using System.Text.Json;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Statistics;

/// <summary>Compares numbers with expected ones, remembers the worst error of every kind, and fails at the end with all that
/// missed.</summary>
sealed class Parity
{
    readonly Dictionary<string, double> _worst = [];
    readonly List<string> _missed = [];

    internal int Count { get; private set; }

    /// <summary>|got − expected| ≤ tolerance · |expected|; an expected 0 allows <paramref name="zero"/>.</summary>
    internal void Relative(string what, double? got, JsonElement expected, double tolerance = 1e-9, double zero = 1e-12)
    {
        if (Undefined(what, got, expected) || Infinite(what, got, expected)) return;
        double e = expected.GetDouble(), scale = Math.Max(Math.Abs(e), zero / tolerance);
        Check(what, got!.Value, e, Math.Abs(got.Value - e) / scale, tolerance);
    }

    /// <summary>p-values: relative 1e-7 above 1e-12, and no larger than 2e-12 below.</summary>
    internal void P(string what, double? got, JsonElement expected, double tolerance = 1e-7)
    {
        if (Undefined(what, got, expected)) return;
        double e = expected.GetDouble();
        if (e > 1e-12) Check(what, got!.Value, e, Math.Abs(got.Value - e) / e, tolerance);
        else Check(what, got!.Value, e, got.Value, 2e-12);
    }

    /// <summary>|got − expected| ≤ tolerance · scale.</summary>
    internal void Absolute(string what, double? got, JsonElement expected, double tolerance, double scale = 1)
    {
        if (Undefined(what, got, expected) || Infinite(what, got, expected)) return;
        double e = expected.GetDouble();
        Check(what, got!.Value, e, Math.Abs(got.Value - e) / scale, tolerance);
    }

    internal void Interval(string what, Interval? got, JsonElement expected, double scale, double tolerance = 1e-9)
    {
        if (Undefined(what, got?.Low, expected)) return;
        // Limits near 0 cancel: 1e-9 of the interval's own size is what a relative 1e-9 of its parts leaves.
        Absolute(what, got!.Value.Low, expected[0], tolerance, Math.Max(scale, Math.Abs(expected[0].GetDouble())));
        Absolute(what, got.Value.High, expected[1], tolerance, Math.Max(scale, Math.Abs(expected[1].GetDouble())));
    }

    /// <summary>Prints the worst errors, and fails if anything missed or nothing was compared.</summary>
    internal void Settle()
    {
        foreach (var (what, error) in _worst.OrderBy(w => w.Key)) TestContext.Out.WriteLine($"{what}: {error:g3}");
        Assert.That(_missed, Is.Empty, string.Join('\n', _missed.Take(20)));
        Assert.That(Count, Is.GreaterThan(0));
    }

    bool Undefined(string what, double? got, JsonElement expected)
    {
        if (expected.ValueKind != JsonValueKind.Null && got is not null) return false;
        Count++;
        if (expected.ValueKind != JsonValueKind.Null || got is not null)
            _missed.Add($"{what}: {(got is { } number ? FormattableString.Invariant($"{number}") : "undefined")}, expected {expected}");
        return true;
    }

    bool Infinite(string what, double? got, JsonElement expected)
    {
        if (expected.ValueKind != JsonValueKind.String) return false;
        Count++;
        if (expected.GetString() != "inf" || got != double.PositiveInfinity) _missed.Add($"{what}: {got}, expected {expected}");
        return true;
    }

    void Check(string what, double got, double expected, double error, double tolerance)
    {
        Count++;
        _worst[what] = Math.Max(_worst.GetValueOrDefault(what), error);
        if (!(error <= tolerance)) _missed.Add($"{what}: {got:g17}, expected {expected:g17}: error {error:g3}, allowed {tolerance:g3}");
    }
}
