using System.Security.Cryptography;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Images;
using Microsoft.ML.Transforms.Onnx;

namespace Alignment.Transforms.Attention.Saliency;

/// <summary>
/// An ONNX saliency model, run by ML.NET's own OnnxTransformer: pictures come one at a time and each is a single run, which is what that
/// stage is for. Pictures that come together wait for one another; a run uses all cores.
/// </summary>
sealed class OnnxSaliency : ISaliencyPredictor, IDisposable
{
    readonly SaliencyModelCard _card;
    readonly string _subject;
    readonly OnnxTransformer _model;
    readonly IRowToRowMapper _mapper;
    readonly DataViewSchema _schema;
    readonly (int Width, int Height)? _outputSize;
    readonly Lock _gate = new();

    OnnxSaliency(SaliencyModelCard card, string path, string name, string sha256)
    {
        (_card, Name, Sha256, _subject) = (card, name, sha256, $"The saliency model '{SafePath.Shorten(path, 300)}'");
        int[] input = card.Layout == SaliencyLayout.Nchw ? [1, 3, card.Height, card.Width] : [1, card.Height, card.Width, 3];
        (string[] free, _outputSize) = CheckHeader(path, input);

        var builder = new DataViewSchema.Builder();
        builder.AddColumn(card.Input, new VectorDataViewType(NumberDataViewType.Single, input[1..]));
        _schema = builder.ToSchema();
        try
        {
            var estimator = new MLContext(seed: 0).Transforms.ApplyOnnxModel(new OnnxOptions
            {
                ModelFile = path,
                InputColumns = [card.Input],
                OutputColumns = [card.Output],
                ShapeDictionary = free.Length == 0 ? null : new Dictionary<string, int[]> { [card.Input] = input },
                GpuDeviceId = null,
                FallbackToCpu = false,
                IntraOpNumThreads = OrtThreads.Count,
            });
            _model = estimator.Fit(new NoRows(_schema));
            _mapper = ((ITransformer)_model).GetRowToRowMapper(_schema);
        }
        catch (Exception e) when (e is not AlignmentException)
        {
            _model?.Dispose();
            throw BadDataException.For(_subject, $"a model that cannot be loaded ({Innermost(e)})",
                "an ONNX model that ONNX Runtime can run on a processor", "Export it again, with standard operators.", e);
        }
    }

    public string Name { get; }

    // Over the card, the model and the files its weights lie in.
    public string Sha256 { get; }

    public static OnnxSaliency Open(string cardPath)
    {
        var (card, model, hash) = SaliencyModelCard.Read(cardPath);
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        all.AppendData(hash);
        // The header's check refuses weights outside of the model's folder before anything reads them.
        foreach (string file in new[] { model }.Concat(OnnxFileCheck.Read(model).ExternalFiles))
        {
            using FileStream stream = File.OpenRead(file);
            all.AppendData(SHA256.HashData(stream));
        }
        return new(card, model, SafePath.Shorten(card.Name is { Length: > 0 } name ? name : Path.GetFileNameWithoutExtension(cardPath)),
            Convert.ToHexStringLower(all.GetHashAndReset()));
    }

    /// <exception cref="BadDataException">The model fails, or gives another shape or other than finite numbers.</exception>
    public void Predict(ReadOnlySpan<byte> rgb, int width, int height, Span<float> map)
    {
        SaliencyPredictors.CheckSize(rgb, width, height, map);
        float[] input = new float[3 * _card.Width * _card.Height];
        PictureResize.Interleaved(rgb, 3, height, width, 255f, grey: false, input, _card.Height, _card.Width, ResizeFilter.AreaOrBilinear);
        float[] output = Run(Arrange(input));
        var (w, h) = SizeOf(output.Length);
        foreach (float v in output)
            if (!float.IsFinite(v)) throw BadDataException.For(_subject,
                FormattableString.Invariant($"the value {v} in its output '{_card.Output}'"), "finite numbers",
                "The description's mean, std or scale may be wrong, or the model is damaged.");
        Activate(output);
        if (_card.Stretch) Stretch(output);
        else if (TensorPrimitives.Min<float>(output) < 0 || TensorPrimitives.Max<float>(output) > 1)
            throw BadDataException.For(_subject,
                FormattableString.Invariant($"values from {TensorPrimitives.Min<float>(output)} to {TensorPrimitives.Max<float>(output)}"),
                "values from 0 to 1", "Leave \"stretch\" out of the description, or give the right \"activation\".");
        PictureResize.Planes(output, 1, h, w, map, height, width);
        TensorPrimitives.Min(map, 1f, map);   // weights of resizing may add up to a little more than 1
    }

    public void Dispose() => _model.Dispose();

    // Compares the file's own header with the card, so that what is wrong is said in the card's words.
    (string[] Free, (int, int)? OutputSize) CheckHeader(string path, int[] input)
    {
        OnnxHeader header = OnnxFileCheck.Read(path);
        OnnxValue one = header.Inputs.FirstOrDefault(i => i.Name == _card.Input)
            ?? throw Bad($"the inputs {List(header.Inputs)}", $"an input '{SafePath.Shorten(_card.Input)}', as its description says");
        OnnxValue made = header.Outputs.FirstOrDefault(o => o.Name == _card.Output)
            ?? throw Bad($"the outputs {List(header.Outputs)}", $"an output '{SafePath.Shorten(_card.Output)}', as its description says");
        if (header.Inputs.Count > 1) throw Bad($"the inputs {List(header.Inputs)}", "a single one: a picture");
        if (one.Type != "float32" || made.Type != "float32") throw Bad($"{one.Type} in, {made.Type} out", "float32 both");
        if (one.Dims.Count != 4 || one.Dims.Zip(input).Any(d => d.First is { } side && side != d.Second))
            throw Bad($"the input '{SafePath.Shorten(one.Name)}' {one.Shape}",
            $"[{string.Join(", ", input)}], as its description says");
        string[] free = one.Dims.Contains(null) ? [one.Name] : [];
        if (made.Dims.Contains(null)) return (free, null);
        long[] sides = [.. made.Dims.Select(d => d!.Value)], large = [.. sides.Where(s => s > 1)];
        if (sides.Length is < 2 or > 4 || large.Length > 2)
            throw Bad($"the output '{SafePath.Shorten(made.Name)}' {made.Shape}",
                "one map: [1, 1, height, width], [1, height, width, 1], [1, height, width] or [height, width]");
        // The two sides of the map, in order; where one of them is 1, the trailing 1 of [1, h, w, 1] must not be taken for it.
        var size = large.Length == 2 ? ((int)large[1], (int)large[0]) : _card.Layout == SaliencyLayout.Nhwc && sides.Length == 4
            ? ((int)sides[2], (int)sides[1]) : ((int)sides[^1], (int)sides[^2]);
        return (free, size);
    }

    // Colours in the model's order, (v · scale − mean) / std.
    float[] Arrange(float[] planes)
    {
        int n = _card.Width * _card.Height;
        float[] to = _card.Layout == SaliencyLayout.Nchw && _card.Channels == SaliencyChannels.Rgb ? planes : new float[planes.Length];
        for (int c = 0; c < 3; c++)
        {
            int from = _card.Channels == SaliencyChannels.Rgb ? c : 2 - c;
            float mean = _card.Mean[c], std = _card.Std[c];
            ReadOnlySpan<float> plane = planes.AsSpan(from * n, n);
            if (_card.Layout == SaliencyLayout.Nchw) for (int i = 0; i < n; i++) to[c * n + i] = (plane[i] * _card.Scale - mean) / std;
            else for (int i = 0; i < n; i++) to[3 * i + c] = (plane[i] * _card.Scale - mean) / std;
        }
        return to;
    }

    float[] Run(float[] input)
    {
        lock (_gate)
        {
            try
            {
                using DataViewRow row = _mapper.GetRow(new InputRow(_schema, input),
                    _mapper.OutputSchema.Where(c => c.Name == _card.Output));
                VBuffer<float> output = default;
                row.GetGetter<VBuffer<float>>(_mapper.OutputSchema[_card.Output])(ref output);
                return [.. output.DenseValues()];
            }
            catch (Exception e) when (e is not (AlignmentException or OutOfMemoryException))
            {
                throw BadDataException.For(_subject, $"a run that fails ({Innermost(e)})",
                    FormattableString.Invariant($"a map from a picture of {_card.Width}x{_card.Height}"),
                    "Check width, height and layout in its description.", e);
            }
        }
    }

    // As the model's header says, else the description, else the input's proportions.
    (int Width, int Height) SizeOf(int length)
    {
        if ((_outputSize ?? (_card.OutputWidth is { } w && _card.OutputHeight is { } h ? (w, h) : null)) is var (width, height))
            return (long)width * height == length ? (width, height)
                : throw Bad($"{length} values in its output", FormattableString.Invariant($"{width}x{height}"));
        double scale = Math.Sqrt(length / ((double)_card.Width * _card.Height));
        (int Width, int Height) like = ((int)Math.Round(_card.Width * scale), (int)Math.Round(_card.Height * scale));
        return length > 0 && (long)like.Width * like.Height == length ? like
            : throw Bad($"{length} values in its output",
            FormattableString.Invariant($"one map of the proportions of {_card.Width}x{_card.Height}"),
            "If it has others, give output_width and output_height in the description.");
    }

    void Activate(float[] v)
    {
        switch (_card.Activation)
        {
            case SaliencyActivation.Sigmoid:
                TensorPrimitives.Sigmoid(v, v);
                break;
            case SaliencyActivation.Softmax or SaliencyActivation.Exp:
                TensorPrimitives.Subtract(v, TensorPrimitives.Max<float>(v), v);
                TensorPrimitives.Exp(v, v);
                if (_card.Activation == SaliencyActivation.Softmax) TensorPrimitives.Divide(v, TensorPrimitives.Sum<float>(v), v);
                break;
        }
    }

    // (v − min) / (max − min); a constant map says nothing and becomes 0.
    static void Stretch(float[] v)
    {
        double min = TensorPrimitives.Min<float>(v), range = TensorPrimitives.Max<float>(v) - min;
        for (int i = 0; i < v.Length; i++) v[i] = range > 0 ? (float)((v[i] - min) / range) : 0;
    }

    BadDataException Bad(string found, string expected, string nextStep = "Correct the description, or export the model again.") =>
        BadDataException.For(_subject, found, expected, nextStep);

    static string List(IReadOnlyList<OnnxValue> values) =>
        SafePath.Shorten(string.Join(", ", values.Take(8).Select(v => $"'{v.Name}' {v.Shape}")), 300);

    static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return SafePath.Shorten(e.Message, 200);
    }

    // What Fit looks at: the columns.
    sealed class NoRows(DataViewSchema schema) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => schema;

        public long? GetRowCount() => 0;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            throw new NotSupportedException();

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            throw new NotSupportedException();
    }

    sealed class InputRow(DataViewSchema schema, float[] values) : DataViewRow
    {
        public override DataViewSchema Schema => schema;

        public override long Position => 0;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => column.Index == 0;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new(0, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ValueGetter<VBuffer<float>> get = (ref VBuffer<float> to) => to = new(values.Length, values);
            return get as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The picture is a vector of float, not {typeof(TValue)}.");
        }
    }
}
