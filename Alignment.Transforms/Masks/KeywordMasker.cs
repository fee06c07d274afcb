using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Images;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Masks;

/// <summary>
/// Of a picture's own size [H,W]: how likely each pixel is product, 0 … 1; 1 on the product, 0 elsewhere; and the mean of CLIP's logits for
/// the whole picture and the prompts, where the model has it.
/// </summary>
sealed record KeywordMask(float[] Probability, float[] Mask, double? Similarity);

/// <summary>
/// Keyword masks by a bundle's CLIPSeg. A picture is encoded once for all keywords and prompts given together, a prompt once for all
/// pictures; models load with the first picture. Safe for several threads; pictures pass one after the other, since one keeps every core
/// busy.
/// </summary>
sealed class KeywordMasker(ClipSegPart part, KeywordMaskOptions options, Device? device = null) : IDisposable
{
    // Cached prompts; one takes two kilobytes.
    const int MostKept = 1024;

    readonly Lock _gate = new();
    readonly Dictionary<string, float[]> _prompts = [];
    readonly SessionSettings _settings = new() { Device = device ?? Device.Cpu };
    InferenceSession? _text, _masks;
    ClipTokenizer? _tokenizer;
    PictureResample? _prepare, _enlarge;

    /// <summary>One mask for each keyword.</summary>
    /// <exception cref="BadDataException">The models cannot be run.</exception>
    public IReadOnlyList<KeywordMask> Make(RgbPicture picture, IReadOnlyList<string> keywords)
    {
        int n = picture.Width * picture.Height;
        using var guide = new Rented<float>(options.Refine ? n : 0);
        for (int i = 0; i < guide.Span.Length; i++)
            guide.Array[i] = Luma(picture.Pixels[3 * i], picture.Pixels[3 * i + 1], picture.Pixels[3 * i + 2]) / 255f;
        var made = keywords.Select(_ => new KeywordMask(new float[n], new float[n], null)).ToArray();
        double?[] similar = Make(picture.Width, picture.Height, (prepare, into) => prepare.Rgb(picture.Pixels, into),
            guide.Span, keywords, k => (made[k].Probability, made[k].Mask));
        return [.. made.Select((m, k) => m with { Similarity = similar[k] })];
    }

    // One keyword's mask in planes [3,H,W] of −1 … 1.
    public void Make(ReadOnlySpan<float> planes, int width, int height, string keyword, float[] probability, float[] mask)
    {
        int n = width * height;
        using Rented<float> rented = new(3 * n), guide = new(n);
        float[] scaled = rented.Array;
        Span<float> bytes = rented.Span;
        TensorPrimitives.Add(planes, 1f, bytes);
        TensorPrimitives.Multiply(bytes, 127.5f, bytes);
        for (int i = 0; options.Refine && i < n; i++) guide.Array[i] = Luma(scaled[i], scaled[n + i], scaled[2 * n + i]) / 255f;
        Make(width, height, (prepare, into) =>
        {
            for (int c = 0; c < 3; c++) prepare.Plane(scaled.AsSpan(c * n, n), into.Slice(c * into.Length / 3, into.Length / 3));
        }, guide.Span, [keyword], _ => (probability, mask));
    }

    delegate void Prepare(PictureResample to, Span<float> pixels);

    double?[] Make(int width, int height, Prepare prepare, ReadOnlySpan<float> guide, IReadOnlyList<string> keywords,
        Func<int, (float[] Probability, float[] Mask)> into)
    {
        if (keywords.Count == 0) return [];
        IReadOnlyList<string>[] prompts = [.. keywords.Select(options.PromptsFor)];
        var similar = new double?[keywords.Count];
        lock (_gate)
        {
            Open();
            var (wide, high) = part.Pictures.Target(width, height, part.Config.Vision.PatchSize);
            PictureResample to = Fit(ref _prepare, (ResampleKernel)part.Pictures.Resample, width, height, wide, high);
            float[] pixels = new float[3 * wide * high];
            prepare(to, pixels);
            Normalise(pixels);
            using var maps = new Logits(this, pixels, wide, high, [.. prompts.SelectMany(p => p)]);
            PictureResample back = Fit(ref _enlarge, ResampleKernel.Bicubic, maps.Width, maps.Height, width, height);
            using var one = new Rented<float>(width * height);
            for (int k = 0, at = 0; k < keywords.Count; at += prompts[k++].Count)
            {
                (float[] probability, float[] mask) = into(k);
                Average(maps, at, prompts[k].Count, back, one.Span, probability);
                similar[k] = maps.Similarity(at, prompts[k].Count);
                Finish(probability, mask, guide, width, height);
            }
        }
        return similar;
    }

    // The mean over prompts of σ(logits), enlarged before σ: logits are what is smooth.
    static void Average(Logits maps, int first, int count, PictureResample back, Span<float> one, Span<float> probability)
    {
        probability.Clear();
        for (int p = first; p < first + count; p++)
        {
            back.Plane(maps.Of(p), one);
            TensorPrimitives.Sigmoid(one, one);
            TensorPrimitives.Add(probability, one, probability);
        }
        TensorPrimitives.Divide(probability, count, probability);
    }

    void Finish(float[] probability, float[] mask, ReadOnlySpan<float> guide, int width, int height)
    {
        if (options.Refine) GuidedFilter.Apply(probability, guide, width, height,
            Math.Max(1, (int)Math.Round(options.RefineRadius * Math.Min(width, height))), options.RefineEdge);
        for (int i = 0; i < mask.Length; i++) mask[i] = probability[i] > options.Threshold ? 1f : 0f;
        if (options.LargestComponents > 0) MaskComponents.Keep(mask, width, height, options.LargestComponents);
    }

    void Normalise(float[] pixels)
    {
        int plane = pixels.Length / 3;
        for (int c = 0; c < 3; c++)
        {
            float scale = part.Pictures.Scale / part.Pictures.Deviation[c], shift = part.Pictures.Mean[c] / part.Pictures.Deviation[c];
            Span<float> channel = pixels.AsSpan(c * plane, plane);
            for (int i = 0; i < channel.Length; i++) channel[i] = channel[i] * scale - shift;
        }
    }

    static PictureResample Fit(ref PictureResample? held, ResampleKernel kernel, int width, int height, int toWidth, int toHeight) =>
        held?.Is(kernel, width, height, toWidth, toHeight) == true ? held
        : held = new PictureResample(kernel, width, height, toWidth, toHeight);

    static float Luma(float r, float g, float b) =>
        PictureResize.RedWeight * r + PictureResize.GreenWeight * g + PictureResize.BlueWeight * b;

    void Open()
    {
        _tokenizer ??= ClipTokenizer.Load(part.TokenizerFolder, part.Config.Text.Tokens);
        _text ??= OrtSessions.Open(part.Bundle.PathOf(BundleFiles.ClipSegText), _settings);
        _masks ??= OrtSessions.Open(part.Bundle.PathOf(BundleFiles.ClipSeg), _settings);
    }

    float[] Encode(string prompt)
    {
        if (_prompts.TryGetValue(prompt, out float[]? known)) return known;
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory(_tokenizer!.EncodePadded(prompt), [1, _tokenizer.Length]);
        using var run = new RunOptions();
        using var made = Try(() => _text!.Run(run, ["input_ids"], [ids], ["conditional_embeddings"]));
        if (_prompts.Count >= MostKept) _prompts.Clear();
        return _prompts[prompt] = Floats(made[0], "conditional_embeddings", 1, null).ToArray();
    }

    /// <summary>
    /// An output's numbers, its shape checked (null: any length): a damaged model must not look like one that found nothing.
    /// </summary>
    ReadOnlySpan<float> Floats(OrtValue value, string name, params ReadOnlySpan<long?> sides)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        bool fits = info.ElementDataType == TensorElementType.Float && info.Shape.Length == sides.Length;
        for (int i = 0; fits && i < sides.Length; i++) fits = sides[i] is { } side ? info.Shape[i] == side : info.Shape[i] > 0;
        if (!fits)
        {
            string[] wanted = [.. sides.ToArray().Select(s => s is { } side ? FormattableString.Invariant($"{side}") : "any")];
            throw Bad($"'{name}' of {info.ElementDataType} [{string.Join(", ", info.Shape)}]", $"of Float [{string.Join(", ", wanted)}]");
        }
        ReadOnlySpan<float> numbers = value.GetTensorDataAsSpan<float>();
        if (!float.IsFinite(TensorPrimitives.MaxMagnitude(numbers)))
            throw Bad($"values in '{name}' that are no finite numbers", "finite numbers: the picture has none, the weights are damaged, "
                + "or the scale, mean or deviation of its preparation is wrong");
        return numbers;
    }

    T Try<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (OnnxRuntimeException e)
        {
            throw Bad($"a failure while running ({SafePath.Shorten(e.Message, 400)})",
                "a model that takes pictures of its own preparation's size", e);
        }
    }

    BadDataException Bad(string found, string expected, Exception? inner = null) =>
        BadDataException.For($"The CLIPSeg of the bundle '{part.Bundle.Folder}' on {_settings.Device}", found, expected,
        "Import the model again.", inner);

    // Later pictures load the models again.
    public void Dispose()
    {
        lock (_gate)
        {
            _text?.Dispose();
            _masks?.Dispose();
            (_text, _masks) = (null, null);
        }
    }

    // A map for each prompt.
    sealed class Logits : IDisposable
    {
        readonly IDisposableReadOnlyCollection<OrtValue> _results;
        readonly int _size;

        public Logits(KeywordMasker masker, float[] pixels, int width, int height, IReadOnlyList<string> prompts)
        {
            float[] features = [.. prompts.SelectMany(masker.Encode)];
            using OrtValue picture = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, height, width]),
                texts = OrtValue.CreateTensorValueFromMemory(features, [1, prompts.Count, features.Length / prompts.Count]);
            using var run = new RunOptions();
            string[] wanted = masker._masks!.OutputMetadata.ContainsKey("similarity") ? ["logits", "similarity"] : ["logits"];
            _results = masker.Try(() => masker._masks.Run(run, ["pixel_values", "conditional_embeddings"], [picture, texts], wanted));
            try
            {
                masker.Floats(_results[0], "logits", 1, prompts.Count, null, null);
                if (_results.Count > 1) masker.Floats(_results[1], "similarity", 1, prompts.Count);
            }
            catch
            {
                _results.Dispose();
                throw;
            }
            long[] shape = _results[0].GetTensorTypeAndShape().Shape;   // [1, prompts, H, W]
            (Height, Width) = ((int)shape[2], (int)shape[3]);
            _size = Width * Height;
        }

        public int Width { get; }
        public int Height { get; }

        public ReadOnlySpan<float> Of(int prompt) => _results[0].GetTensorDataAsSpan<float>().Slice(prompt * _size, _size);

        public double? Similarity(int first, int count)
        {
            if (_results.Count < 2) return null;
            double sum = 0;
            foreach (float s in _results[1].GetTensorDataAsSpan<float>().Slice(first, count)) sum += s;
            return sum / count;
        }

        public void Dispose() => _results.Dispose();
    }
}
