namespace Alignment.Onnx.Graph;

/// <summary>
/// One side of a tensor: a number, or ⌊(a·size + b) / c⌋ in a named size known only at run time, a normal form that adding, multiplying and
/// halving preserve. A product of two unknown sizes becomes a size of its own, "h*w".
/// </summary>
readonly record struct Dim
{
    readonly string? _size;
    readonly long _a, _b, _c;

    Dim(string? size, long a, long b, long c)
    {
        if (size is null || a == 0)
            (_size, _a, _b, _c) = (null, 0, FloorDivide(b, c), 1);
        else
        {
            long common = Gcd(Gcd(a, c), b);
            (_size, _a, _b, _c) = (size, a / common, b / common, c / common);
            if (_a % _c == 0) (_a, _b, _c) = (_a / _c, FloorDivide(_b, _c), 1);   // ⌊(c·k·size + b)/c⌋ = k·size + ⌊b/c⌋
        }
    }

    // A size known only at run time, such as "batch".
    public static Dim Named(string size)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(size);
        return new(size, 1, 0, 1);
    }

    public static Dim FromInt64(long value) => new(null, 0, value, 1);

    public static implicit operator Dim(long value) => FromInt64(value);
    public static implicit operator Dim(int value) => FromInt64(value);

    public bool IsFixed => _size is null;

    public long Value => IsFixed ? _b : throw new InvalidOperationException($"The size '{this}' is known only when the model runs.");

    public static Dim operator +(Dim x, long n) => new(x._size, x._a, x._b + n * Math.Max(1, x._c), Math.Max(1, x._c));
    public static Dim operator -(Dim x, long n) => x + -n;

    public static Dim operator +(Dim x, Dim y) =>
        y.IsFixed ? x + y._b
        : x.IsFixed ? y + x._b
        : x._size == y._size && x._c == 1 && y._c == 1 ? new(x._size, x._a + y._a, x._b + y._b, 1)
        : Named($"{x}+{y}");

    public static Dim operator *(Dim x, Dim y)
    {
        if (x.IsFixed && y.IsFixed) return x._b * y._b;
        if (x.IsFixed || y.IsFixed)
        {
            var (n, size) = x.IsFixed ? (x._b, y) : (y._b, x);
            if (n == 1) return size;
            return size._c == 1 ? new(size._size, size._a * n, size._b * n, 1) : Named($"{n}*{size.AsFactor()}");
        }
        return Named($"{x.AsFactor()}*{y.AsFactor()}");
    }

    public Dim FloorDivide(long n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        return new(_size, _a, _b, Math.Max(1, _c) * n);   // ⌊⌊x/c⌋/n⌋ = ⌊x/(c·n)⌋
    }

    // The side as a number times named sizes.
    public (long Number, string[] Sizes) Factors()
    {
        if (IsFixed) return (_b, []);
        if (_b != 0 || _c != 1) return (1, [ToString()]);
        long number = _a;
        var sizes = new List<string>();
        foreach (string factor in SplitAtTop(_size!))
            if (long.TryParse(factor, NumberStyles.None, CultureInfo.InvariantCulture, out long n)) number *= n;
            else sizes.Add(factor.StartsWith('(') && factor.EndsWith(')') ? factor[1..^1] : factor);
        return (number, [.. sizes]);
    }

    // "4", "batch", "8*height", "(height+1)/2".
    public override string ToString()
    {
        if (IsFixed) return _b.ToString(CultureInfo.InvariantCulture);
        string scaled = _a == 1 ? _size! : string.Create(CultureInfo.InvariantCulture, $"{_a}*{_size}");
        string shifted = _b == 0 ? scaled : string.Create(CultureInfo.InvariantCulture, $"{scaled}{_b:+0;-0}");
        return _c == 1 ? shifted : string.Create(CultureInfo.InvariantCulture, $"{(_b == 0 && _a == 1 ? shifted : $"({shifted})")}/{_c}");
    }

    string AsFactor()
    {
        string text = ToString();
        int depth = 0;
        foreach (char c in text)
        {
            if (c == '(') depth++;
            else if (c == ')') depth--;
            else if (depth == 0 && c is ('+' or '-' or '/')) return $"({text})";
        }
        return text;
    }

    // Splits at every '*' outside parentheses.
    static IEnumerable<string> SplitAtTop(string product)
    {
        int depth = 0, from = 0;
        for (int i = 0; i < product.Length; i++)
        {
            if (product[i] == '(') depth++;
            else if (product[i] == ')') depth--;
            else if (product[i] == '*' && depth == 0)
            {
                yield return product[from..i];
                from = i + 1;
            }
        }
        yield return product[from..];
    }

    static long FloorDivide(long x, long n) => n <= 1 ? x : x >= 0 ? x / n : -((-x + n - 1) / n);

    static long Gcd(long x, long y) => y == 0 ? Math.Max(1, Math.Abs(x)) : Gcd(y, x % y);
}
