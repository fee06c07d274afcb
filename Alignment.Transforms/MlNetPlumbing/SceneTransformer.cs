namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>
/// A stage that turns each row into itself plus some columns. It is lazy: a column nobody asks for costs nothing, and
/// its inputs are not read either. Rows keep their order, position and id; several cursors may run in parallel.
/// </summary>
public abstract class SceneTransformer : ITransformer
{
    private protected SceneTransformer(string stageName) => StageName = stageName;

    // The stage's name, in messages and in model files.
    internal string StageName { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The input's columns followed by the ones this stage makes; one of the same name hides the input's.</summary>
    /// <exception cref="UsageException">A column the stage reads is missing or of another type; the message lists the columns
    /// present.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new StageMapper(this, inputSchema).OutputSchema;

    /// <inheritdoc cref="GetOutputSchema"/>
    public IDataView Transform(IDataView input) => Transform(input, CancellationToken.None);

    /// <summary>As <see cref="Transform(IDataView)"/>, over rows whose work ahead can be cancelled.</summary>
    internal IDataView Transform(IDataView input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new StageView(input, new StageMapper(this, input.Schema), cancellationToken);
    }

    /// <inheritdoc cref="GetOutputSchema"/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new StageMapper(this, inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => MlNetReflection.Save(ctx, StageName, SaveBody);

    // Finds the columns the stage reads and declares the ones it makes.
    internal abstract void Describe(StageColumns columns);

    // What to throw when a row's values cannot be used.
    private protected BadDataException BadRow(StageRow row, string found, string expected, string nextStep, Exception? inner = null) =>
        BadDataException.For(FormattableString.Invariant($"{StageName}, row {row.Position}"), found, expected, nextStep, inner);

    private protected abstract void SaveBody(BinaryWriter to);
}

/// <inheritdoc cref="SceneTransformer"/>
/// <typeparam name="TOptions">The stage's options, all of which a saved model keeps.</typeparam>
public abstract class SceneTransformer<TOptions> : SceneTransformer where TOptions : class, IStageOptions
{
    private protected SceneTransformer(string stageName, TOptions options) : base(stageName)
    {
        options.Check();
        Options = options;
    }

    /// <summary>The options the stage works with.</summary>
    public TOptions Options { get; }

    // The newest version of the stage's saved form; raised when options or learned state change their meaning.
    private protected virtual int Version => StageModel.FirstVersion;

    // Writes what Fit learned, after the options; most stages learn nothing.
    private protected virtual void SaveLearned(BinaryWriter to)
    {
    }

    private protected sealed override void SaveBody(BinaryWriter to)
    {
        StageModel.WriteOptions(to, Version, Options);
        SaveLearned(to);
    }
}

/// <summary>Options of a stage: a record whose defaults are the product's defaults.</summary>
public interface IStageOptions
{
    /// <summary>Refuses values outside their range.</summary>
    /// <exception cref="UsageException">An option's value is out of range; the message names it.</exception>
    void Check()
    {
    }
}
