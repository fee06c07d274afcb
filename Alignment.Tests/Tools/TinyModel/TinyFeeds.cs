using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>What each stage of the tiny model sees in a step.</summary>
static class TinyFeeds
{
    /// <summary>Random cuts of stills drawn for the purpose; the product's pixels count three times.</summary>
    public static Action<long, TrainingSession> Vae(TinyRecipe recipe)
    {
        int batch = recipe.Vae.Batch, side = recipe.VaeCut, pixels = side * side;
        DrawnStills[] stills = [.. recipe.Sizes.Select(s =>
            new DrawnStills(new() { Seed = recipe.Seed, Use = StillUse.Training, Width = s.Width, Height = s.Height }))];
        float[] image = new float[batch * 3 * pixels], weight = new float[batch * pixels], noise = new float[batch * pixels / 4];
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, "vae", step);
            DrawnStills from = stills[step % stills.Length];
            var cuts = Enumerable.Range(0, batch).Select(i => (Index: step * batch + i, P: (float)draw.Uniform(), X: draw.Uniform(),
                Y: draw.Uniform())).ToArray();
            Parallel.For(0, batch, new ParallelOptions { MaxDegreeOfParallelism = OrtThreads.Count },
                i => Cut(from.Still(cuts[i].Index), cuts[i].P, cuts[i].X, cuts[i].Y, side, image.AsSpan(i * 3 * pixels, 3 * pixels),
                weight.AsSpan(i * pixels, pixels)));
            draw.Normal(noise);
            session.Set("image", image, batch, 3, side, side);
            session.Set("weight", weight, batch, 1, side, side);
            session.Set("noise", noise, batch, 4, side / 4, side / 4);
        };
    }

    /// <summary>Whole stills with their product and colour.</summary>
    public static Action<long, TrainingSession> Trunk(TinyRecipe recipe)
    {
        int batch = recipe.Trunk.Batch, products = DrawnStills.Keywords.Count, colours = DrawnStills.Colours.Count;
        DrawnStills[] stills = [.. recipe.Sizes.Select(s =>
            new DrawnStills(new() { Seed = recipe.Seed, Use = StillUse.Training, Width = s.Width, Height = s.Height }))];
        List<string> names = [.. DrawnStills.Colours];
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, "trunk", step);
            DrawnStills from = stills[step % stills.Length];
            int width = from.Options.Width, height = from.Options.Height;
            float[] image = new float[batch * 3 * width * height], product = new float[batch * products],
                colour = new float[batch * colours];
            float[] presences = [.. Enumerable.Range(0, batch).Select(_ => (float)draw.Uniform())];
            Parallel.For(0, batch, new ParallelOptions { MaxDegreeOfParallelism = OrtThreads.Count }, i =>
            {
                DrawnStill still = from.Still(step * batch + i);
                byte[] rgb = new byte[3 * width * height];
                still.Render(presences[i], rgb);
                Planes(rgb, image.AsSpan(i * rgb.Length, rgb.Length));
                product[i * products + (int)still.Product] = 1;
                colour[i * colours + names.IndexOf(still.Colour)] = 1;
            });
            session.Set("image", image, batch, 3, height, width);
            session.Set("product", product, batch, products);
            session.Set("colour", colour, batch, colours);
        };
    }

    /// <summary>Interleaved bytes as planes in −1..1.</summary>
    public static void Planes(ReadOnlySpan<byte> rgb, Span<float> image)
    {
        int pixels = rgb.Length / 3;
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < pixels; i++) image[c * pixels + i] = rgb[3 * i + c] / 127.5f - 1;
    }

    static void Cut(DrawnStill still, float p, double x, double y, int side, Span<float> image, Span<float> weight)
    {
        byte[] rgb = new byte[3 * still.Width * still.Height], mask = still.Mask();
        still.Render(p, rgb);
        int left = (int)(x * (still.Width - side + 1)), top = (int)(y * (still.Height - side + 1)), pixels = side * side;
        for (int row = 0, i = 0; row < side; row++)
            for (int column = 0; column < side; column++, i++)
            {
                int from = (top + row) * still.Width + left + column;
                weight[i] = mask[from] > 0 ? 3 : 1;
                for (int c = 0; c < 3; c++) image[c * pixels + i] = rgb[3 * from + c] / 127.5f - 1;
            }
    }

    /// <summary>Noised latents of stills at any presence, all timesteps alike, with their prompts.</summary>
    public static Action<long, TrainingSession> Denoiser(TinyRecipe recipe, StillPool pool, NoiseSchedule schedule,
        Func<string, long[]> tokens)
    {
        int batch = recipe.Denoiser.Batch;
        long[] ids = new long[batch * 77];
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, "denoiser", step);
            int size = (int)(step % recipe.Sizes.Count);
            var rows = new NoisyBatch(batch, recipe.Sizes[size]);
            draw.Normal(rows.Noise);
            for (int row = 0; row < batch; row++)
            {
                PooledStill still = pool.OfSize(size)[draw.Pick(pool.OfSize(size).Count)];
                StillPool.Latent(still, draw.Uniform(), (float)pool.ScalingFactor, rows.LatentOf(row));
                rows.Add(row, draw.Pick(1000), schedule);
                tokens(draw.Uniform() < recipe.PromptDropout ? "" : still.Prompt).CopyTo(ids.AsSpan(row * 77));
            }
            rows.Set(session);
            session.Set("input_ids", ids, batch, 77);
        };
    }
}
