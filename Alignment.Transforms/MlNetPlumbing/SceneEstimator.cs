namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>A stage before it has seen data. Most learn nothing: Fit checks the input's columns and hands out the transformer.</summary>
public abstract class SceneEstimator<TTransformer> : IEstimator<TTransformer> where TTransformer : SceneTransformer
{
    private protected SceneEstimator(TTransformer unfitted) => Unfitted = unfitted;

    // The transformer as far as the options alone determine it.
    private protected TTransformer Unfitted { get; }

    /// <summary>Checks the columns of <paramref name="input"/> and returns the transformer; rows are read only by stages that
    /// learn.</summary>
    /// <exception cref="UsageException">A column the stage reads is missing or of another type.</exception>
    public virtual TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = Unfitted.GetOutputSchema(input.Schema);
        return Unfitted;
    }

    /// <summary>The columns there will be: the input's, and the ones the stage makes in place of any of the same name.</summary>
    /// <exception cref="UsageException">A column the stage reads is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var made = StageColumns.Over(Unfitted, inputSchema);
        return new SchemaShape(inputSchema.Where(c => !made.Any(m => m.Name == c.Name)).Concat(made.Select(Promise)));
    }

    static SchemaShape.Column Promise(OutputColumn made) => made.Type switch
    {
        VectorDataViewType { Size: > 0 } v => MlNetReflection.PromisedColumn(made.Name, SchemaShape.Column.VectorKind.Vector, v.ItemType),
        VectorDataViewType v => MlNetReflection.PromisedColumn(made.Name, SchemaShape.Column.VectorKind.VariableVector, v.ItemType),
        _ => MlNetReflection.PromisedColumn(made.Name, SchemaShape.Column.VectorKind.Scalar, made.Type),
    };
}
