namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>
/// What a stage reads and what it makes over one input schema. A stage describes itself once, in
/// <see cref="SceneTransformer.Describe"/>; the same description answers for a schema of real data and for the mere
/// shape of one, so that what an estimator promises and what its transformer delivers cannot differ.
/// </summary>
sealed partial class StageColumns
{
    readonly string _stage;
    readonly DataViewSchema _schema;
    readonly bool _dimensionsKnown;
    readonly List<OutputColumn> _made = [];
    LookAhead? _lookAhead;

    StageColumns(string stage, DataViewSchema schema, bool dimensionsKnown) =>
        (_stage, _schema, _dimensionsKnown) = (stage, schema, dimensionsKnown);

    /// <summary>The columns <paramref name="stage"/> makes from data of this schema.</summary>
    /// <exception cref="UsageException">A column it reads is missing or of another type.</exception>
    public static (IReadOnlyList<OutputColumn> Made, LookAhead? LookAhead) Over(SceneTransformer stage, DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var columns = new StageColumns(stage.StageName, schema, dimensionsKnown: true);
        stage.Describe(columns);
        return (columns._made, columns._lookAhead);
    }

    /// <summary>As <see cref="Over(SceneTransformer, DataViewSchema)"/>, before there is data: dimensions are placeholders.</summary>
    public static IReadOnlyList<OutputColumn> Over(SceneTransformer stage, SchemaShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var schema = new DataViewSchema.Builder();
        foreach (var c in shape) schema.AddColumn(c.Name, StandIn(c));
        var columns = new StageColumns(stage.StageName, schema.ToSchema(), dimensionsKnown: false);
        stage.Describe(columns);
        return columns._made;
    }

    // A text column.
    public StageInput Text(string name) => Find(name, "text", t => t is TextDataViewType);

    // A whole number, int32.
    public StageInput Int(string name) => Find(name, "int32", t => t == NumberDataViewType.Int32);

    // A float vector of known size, whatever its dimensions.
    public StageInput Floats(string name) => Find(name, "a float vector of known size", IsFloats);

    // A map: float [H,W].
    public StageInput Map(string name) => Find(name, "a map, float [H,W]", t => IsFloats(t) && HasRank(t, 2));

    // A picture: float [3,H,W].
    public StageInput Picture(string name) => Find(name, "a picture, float [3,H,W]",
        t => IsFloats(t) && HasRank(t, 3) && (!_dimensionsKnown || ((VectorDataViewType)t).Dimensions[0] == 3));

    /// <summary>A stack of maps: float [<paramref name="channels"/>,H,W].</summary>
    public StageInput Channels(string name, int channels) =>
        Find(name, FormattableString.Invariant($"float [{channels},H,W]"),
        t => IsFloats(t) && HasRank(t, 3) && (!_dimensionsKnown || ((VectorDataViewType)t).Dimensions[0] == channels));

    // False while only the shape of a schema is known: dimensions are placeholders, not to be checked.
    public bool DimensionsKnown => _dimensionsKnown;

    /// <summary>A column whose type <paramref name="accept"/> takes; <paramref name="expected"/> says in words which.</summary>
    public StageInput Find(string name, string expected, Func<DataViewType, bool> accept)
    {
        if (string.IsNullOrEmpty(name) || _schema.GetColumnOrNull(name) is not { } column)
            throw UsageException.For($"{_stage}: column '{name}'", "no column of that name", expected,
                $"Columns present: {ColumnWords.List(_schema)}.");
        if (!accept(column.Type))
            throw UsageException.For($"{_stage}: column '{name}'", ColumnWords.Of(column.Type), expected,
                $"Columns present: {ColumnWords.List(_schema)}.");
        return new StageInput(column, column.Type is VectorDataViewType { Size: > 0 } v ? v.Dimensions : []);
    }

    // Refuses two maps or pictures of different height or width.
    public void RequireSameSize(StageInput a, StageInput b) =>
        RequireSame(a, b, (a.Height, a.Width) == (b.Height, b.Width), "the same height and width");

    // Refuses two vectors of different length.
    public void RequireSameLength(StageInput a, StageInput b) => RequireSame(a, b, a.Length == b.Length, "the same number of values");

    void RequireSame(StageInput a, StageInput b, bool same, string expected)
    {
        if (_dimensionsKnown && !same)
            throw UsageException.For($"{_stage}: columns '{a.Name}' and '{b.Name}'",
                $"{ColumnWords.Of(a.Column.Type)} and {ColumnWords.Of(b.Column.Type)}", expected, "Load or resize both to one size.");
    }

    /// <summary>Makes a column; <paramref name="getter"/> is called once per cursor, and only when somebody wants the column.</summary>
    public void Make<T>(string name, DataViewType type, IReadOnlyList<StageInput> reads, Func<StageRow, ValueGetter<T>> getter)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw UsageException.For($"{_stage}: an output column", "an empty name", "a name", "Set the column name in the options.");
        if (_made.Exists(m => m.Name == name))
            throw UsageException.For($"{_stage}: output column '{name}'", "the same name twice", "different names",
                "Give each output its own column.");
        _made.Add(new OutputColumn(name, type, [.. reads.Select(r => r.Column.Index).Distinct()], getter));
    }

    // Makes a float vector of the given dimensions in a reused buffer.
    public void MakeFloats(string name, IReadOnlyList<int> dimensions, IReadOnlyList<StageInput> reads, Func<StageRow, FillFloats> getter)
    {
        var type = new VectorDataViewType(NumberDataViewType.Single, dimensions.ToArray());
        Make<VBuffer<float>>(name, type, reads, row => new CachedColumn(row, getter(row), type.Size).Get);
    }

    // Makes a float vector of values that shared work holds until the group ends; nothing is copied for stages of ours.
    public void MakeHeldFloats<T>(string name, IReadOnlyList<int> dimensions, SharedWork<T> work, Func<T, float[]> pick) =>
        MakeHeld(name, new(NumberDataViewType.Single, dimensions.ToArray()), work, pick);

    // As MakeHeldFloats, of varying length.
    public void MakeHeldFloats<T>(string name, SharedWork<T> work, Func<T, float[]> pick) =>
        MakeHeld(name, new(NumberDataViewType.Single), work, pick);

    void MakeHeld<T>(string name, VectorDataViewType type, SharedWork<T> work, Func<T, float[]> pick) =>
        Make<VBuffer<float>>(name, type, work.Reads, row =>
        {
            var result = row.Once(work);
            return new HeldColumn(() => pick(result())).Get;
        });

    // Work that several made columns share: done once per row, and only if one of them is wanted.
    public static SharedWork<T> Together<T>(IReadOnlyList<StageInput> reads, Func<StageRow, Func<T>> work) => new(reads, work);

    /// <summary>
    /// Lets cursors do shared work for rows ahead of the one at hand, several together. Rows read one by one (a PredictionEngine's) do it
    /// as it is described.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="run">From rows, read as far as is wanted, to results: in any order of rows, but a row's before it is waited
    /// for.</param>
    public void LookAhead<T>(SharedWork<T> work, AheadRun<T> run) => _lookAhead = new LookAhead<T>(work, run);

    static readonly Dictionary<Type, PrimitiveDataViewType> s_types = new PrimitiveDataViewType[]
    {
        BooleanDataViewType.Instance, NumberDataViewType.Int32, NumberDataViewType.Int64, NumberDataViewType.Single,
        NumberDataViewType.Double, TextDataViewType.Instance,
    }.ToDictionary(t => t.RawType);

    // Makes a column of one value from shared work.
    public void Make<TWork, T>(string name, SharedWork<TWork> work, Func<TWork, T> pick) => Make(name, s_types[typeof(T)], work, pick);

    // Makes a double vector from shared work.
    public void MakeDoubles<TWork>(string name, SharedWork<TWork> work, Func<TWork, double[]> pick, params int[] dimensions)
    {
        var type = new VectorDataViewType(NumberDataViewType.Double, dimensions);
        Make(name, type, work, w => new VBuffer<double>(type.Size, pick(w)));
    }

    void Make<TWork, T>(string name, DataViewType type, SharedWork<TWork> work, Func<TWork, T> pick) =>
        Make<T>(name, type, work.Reads, row =>
        {
            var result = row.Once(work);
            return (ref T to) => to = pick(result());
        });

    static bool IsFloats(DataViewType type) => type is VectorDataViewType { Size: > 0 } v && v.ItemType == NumberDataViewType.Single;

    bool HasRank(DataViewType type, int rank) => !_dimensionsKnown || ((VectorDataViewType)type).Dimensions.Length == rank;

    // A type with the column's kind; a vector of known size is imagined as [1,1].
    static DataViewType StandIn(SchemaShape.Column c)
    {
        // The shape does not say how many values a key has; none of ours asks.
        DataViewType item = c.IsKey ? new KeyDataViewType(c.ItemType.RawType, 1) : c.ItemType;
        return (c.Kind, item) switch
        {
            (SchemaShape.Column.VectorKind.Scalar, _) => item,
            (SchemaShape.Column.VectorKind.Vector, PrimitiveDataViewType p) => new VectorDataViewType(p, 1, 1),
            (_, PrimitiveDataViewType p) => new VectorDataViewType(p),
            _ => item,
        };
    }
}

/// <summary>One made column: its name and type, the input columns it reads, and how to read it over a row (a <c>Func&lt;StageRow,
/// ValueGetter&lt;T&gt;&gt;</c>).</summary>
sealed record OutputColumn(string Name, DataViewType Type, int[] Reads, Func<StageRow, Delegate> Getter);

/// <summary>Work several made columns share; see <see cref="StageColumns.Together"/>.</summary>
sealed class SharedWork<T>(IReadOnlyList<StageInput> reads, Func<StageRow, Func<T>> start)
{
    public IReadOnlyList<StageInput> Reads => reads;

    public Func<StageRow, Func<T>> Start => start;
}
