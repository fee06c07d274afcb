using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Diffusion;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>
/// What CLIPSeg sees in a step: fresh stills with their product somewhere between faint and vivid, each with prompts that name it, prompts
/// that name another product and prompts that name what is never drawn; for these the mask is empty, as it is for every prompt where a
/// still has no product.
/// </summary>
static class TinyMaskFeed
{
    /// <summary>Side of the mask over side of the picture.</summary>
    const int MaskSide = TinyMasks.Side / 2;

    /// <summary>What a patch can show: no product, or one of them.</summary>
    static readonly int Kinds = 1 + DrawnStills.Keywords.Count;

    static readonly int KindsOfPicture = TinyMasks.Grid * TinyMasks.Grid * Kinds;

    /// <summary>Presences from here to 1.</summary>
    const double LeastPresence = 0.3;

    /// <summary>Stills without their product.</summary>
    const double EmptyShare = 0.1;

    /// <summary>Sizes that are drawn beside the recipe's: scenes come larger than the model's pictures.</summary>
    static readonly (int Width, int Height)[] s_more = [(240, 136)];

    /// <param name="name">Of the stage: no two stages see the same stills.</param>
    /// <param name="recipe">Seed and sizes.</param>
    /// <param name="batch">Stills a step.</param>
    /// <param name="questions">What they are asked.</param>
    /// <param name="tokenizer">The bundle's.</param>
    public static Action<long, TrainingSession> Of(string name, TinyRecipe recipe, int batch, TinyMaskQuestions questions,
        ClipTokenizer tokenizer)
    {
        int prompts = questions.Count;
        long firstStill = name == TinyKeep.Masks ? 0 : recipe.Masks.Steps * (long)recipe.Masks.Batch;
        const int Pixels = 3 * TinyMasks.Side * TinyMasks.Side, MaskPixels = MaskSide * MaskSide, Tokens = TinyMasks.TrainingTokens;
        Size[] sizes = [.. recipe.Sizes.Concat(s_more).Select(s => new Size(recipe.Seed, s.Width, s.Height))];
        float[] pixels = new float[batch * Pixels], mask = new float[batch * prompts * MaskPixels];
        float[] kinds = new float[batch * KindsOfPicture], product = new float[batch * (Kinds - 1)];
        long[] ids = new long[batch * prompts * Tokens];
        var known = new Dictionary<string, long[]>(StringComparer.Ordinal);
        long[] Ids(string text) => known.TryGetValue(text, out long[]? made) ? made : known[text] = Encode(tokenizer, text);
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, name, step);
            Size size = sizes[step % sizes.Length];
            var rows = new (long Index, float Presence, bool Empty)[batch];
            for (int i = 0; i < batch; i++) rows[i] = (firstStill + step * batch + i, (float)draw.Between(LeastPresence, 1),
                draw.Uniform() < EmptyShare);
            var stills = new DrawnStill[batch];
            Parallel.For(0, batch, new ParallelOptions { MaxDegreeOfParallelism = OrtThreads.Count }, i =>
            {
                stills[i] = size.Stills.Still(rows[i].Index);
                size.Picture(stills[i], rows[i].Empty ? null : rows[i].Presence, pixels.AsSpan(i * Pixels, Pixels));
                size.Mask(stills[i], mask.AsSpan(i * prompts * MaskPixels, MaskPixels));
                size.Kinds(stills[i], rows[i].Empty, kinds.AsSpan(i * KindsOfPicture, KindsOfPicture));
            });
            product.AsSpan().Clear();
            for (int i = 0; i < batch; i++)
                if (!rows[i].Empty) product[i * (Kinds - 1) + (int)stills[i].Product] = 1;
            for (int i = 0; i < batch; i++)
            {
                (string Text, bool There)[] asked = questions.Ask(stills[i], draw);
                for (int k = 0; k < prompts; k++)
                {
                    (string text, bool there) = asked[k];
                    Ids(text).CopyTo(ids.AsSpan((i * prompts + k) * Tokens));
                    Span<float> first = mask.AsSpan(i * prompts * MaskPixels, MaskPixels),
                        own = mask.AsSpan((i * prompts + k) * MaskPixels, MaskPixels);
                    if (k > 0 && there && !rows[i].Empty) first.CopyTo(own);
                    else if (k > 0 || rows[i].Empty) own.Clear();
                }
            }
            session.Set("pixel_values", pixels, batch, 3, TinyMasks.Side, TinyMasks.Side);
            session.Set("input_ids", ids, batch, prompts, Tokens);
            session.Set("kinds", kinds, batch, TinyMasks.Grid * TinyMasks.Grid, Kinds);
            session.Set("product", product, batch, Kinds - 1);
            session.Set("mask", mask, batch, prompts, MaskSide, MaskSide);
        };
    }

    /// <summary>As the tokenizer pads a text, but to fewer tokens.</summary>
    static long[] Encode(ClipTokenizer tokenizer, string text)
    {
        int[] own = tokenizer.Encode(text);
        long[] ids = new long[TinyMasks.TrainingTokens];
        int kept = Math.Min(own.Length, ids.Length - 2);
        ids[0] = tokenizer.StartId;
        for (int i = 0; i < kept; i++) ids[i + 1] = own[i];
        ids[kept + 1] = tokenizer.EndId;
        ids.AsSpan(kept + 2).Fill(tokenizer.PadId);
        return ids;
    }

    /// <summary>Stills of one size, and how they are brought to the model's.</summary>
    sealed class Size(ulong seed, int width, int height)
    {
        readonly PictureResample _picture = new(ResampleKernel.Bilinear, width, height, TinyMasks.Side, TinyMasks.Side),
            _mask = new(ResampleKernel.Box, width, height, MaskSide, MaskSide),
            _patches = new(ResampleKernel.Box, width, height, TinyMasks.Grid, TinyMasks.Grid);

        public DrawnStills Stills { get; } = new(new() { Seed = seed, Use = StillUse.Training, Width = width, Height = height });

        public void Picture(DrawnStill still, float? presence, Span<float> into)
        {
            byte[] rgb = new byte[3 * width * height];
            if (presence is { } p) still.Render(p, rgb);
            else still.RenderWithout(rgb);
            _picture.Rgb(rgb, into);
            foreach (ref float x in into) x = x / 127.5f - 1;
        }

        public void Mask(DrawnStill still, Span<float> into)
        {
            float[] mask = [.. still.Mask().Select(m => m / 255f)];
            _mask.Plane(mask, into);
        }

        /// <summary>How much of each patch is the product, and how much is none.</summary>
        public void Kinds(DrawnStill still, bool empty, Span<float> into)
        {
            float[] mask = [.. still.Mask().Select(m => empty ? 0 : m / 255f)], part = new float[TinyMasks.Grid * TinyMasks.Grid];
            _patches.Plane(mask, part);
            into.Clear();
            for (int i = 0; i < part.Length; i++)
            {
                into[i * TinyMaskFeed.Kinds] = 1 - part[i];
                into[i * TinyMaskFeed.Kinds + 1 + (int)still.Product] = part[i];
            }
        }
    }
}
