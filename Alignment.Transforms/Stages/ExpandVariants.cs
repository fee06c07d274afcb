using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="ExpandVariantsEstimator"/>.</summary>
public sealed record ExpandVariantsOptions : IStageOptions
{
    /// <summary>The variants' names, in the order of the rows; by default all of the table.</summary>
    public IReadOnlyList<string> Variants { get; init; } = Variant.Names;

    /// <summary>text – the variant's name.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Variant;

    /// <inheritdoc/>
    public void Check()
    {
        if (Variants.Count == 0) throw UsageException.For("ExpandVariants: Variants", "none", "one or more names",
            "Leave it at its default for all.");
        foreach (string name in Variants) Variant.Named(name);
    }
}

/// <summary>
/// Each scene once for every variant: one row becomes several, which follow each other. What later stages make of the scene alone (its
/// mask, its heatmap) is computed once for all of them.
/// </summary>
public sealed class ExpandVariantsEstimator : IEstimator<ExpandVariantsTransformer>
{
    readonly ExpandVariantsTransformer _transformer;

    internal ExpandVariantsEstimator(ExpandVariantsOptions options) => _transformer = new(options);

    /// <inheritdoc/>
    public ExpandVariantsTransformer Fit(IDataView input) => _transformer;

    /// <summary>The input's columns and the variant's name.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        string name = _transformer.Options.OutputColumn;
        return new SchemaShape(inputSchema.Where(c => c.Name != name)
            .Append(MlNetReflection.PromisedColumn(name, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance)));
    }
}

/// <inheritdoc cref="ExpandVariantsEstimator"/>
public sealed class ExpandVariantsTransformer : ITransformer
{
    internal const string Name = "ExpandVariants";

    internal ExpandVariantsTransformer(ExpandVariantsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        Options = options;
    }

    /// <summary>The options the stage works with.</summary>
    public ExpandVariantsOptions Options { get; }

    /// <summary>One row becomes several: there is no mapping of single rows, and no PredictionEngine over a chain that holds this
    /// stage.</summary>
    bool ITransformer.IsRowToRowMapper => false;

    /// <summary>The input's columns and the variant's name.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => ExpandedView.SchemaOf(inputSchema, Options.OutputColumn);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ExpandedView(input, Options.OutputColumn, Options.Variants);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) =>
        throw new InvalidOperationException($"{Name} makes several rows of one.");

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        MlNetReflection.Save(ctx, Name, to => StageModel.WriteOptions(to, StageModel.FirstVersion, Options));
}
