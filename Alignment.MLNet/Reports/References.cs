namespace Alignment.MLNet.Reports;

/// <summary>What a methods paragraph refers to, numbered in the order of first mention. A text names a work by its key in brackets,
/// "[ddim]"; <see cref="Number"/> turns that into its number.</summary>
sealed class References
{
    static readonly Dictionary<string, string> s_works = new(StringComparer.Ordinal)
    {
        ["ldm"] = "Rombach, R., Blattmann, A., Lorenz, D., Esser, P. and Ommer, B. (2022). High-resolution image synthesis with latent "
            + "diffusion models. CVPR, 10684–10695.",
        ["controlnet"] =
            "Zhang, L., Rao, A. and Agrawala, M. (2023). Adding conditional control to text-to-image diffusion models. ICCV, 3836–3847.",
        ["sdedit"] = "Meng, C., He, Y., Song, Y. et al. (2022). SDEdit: guided image synthesis and editing with stochastic differential "
            + "equations. ICLR.",
        ["cfg"] = "Ho, J. and Salimans, T. (2021). Classifier-free diffusion guidance. NeurIPS Workshop on Deep Generative Models and "
            + "Downstream Applications.",
        ["ddpm"] = "Ho, J., Jain, A. and Abbeel, P. (2020). Denoising diffusion probabilistic models. NeurIPS 33, 6840–6851.",
        ["ddim"] = "Song, J., Meng, C. and Ermon, S. (2021). Denoising diffusion implicit models. ICLR.",
        ["karras"] = "Karras, T., Aittala, M., Aila, T. and Laine, S. (2022). Elucidating the design space of diffusion-based generative "
            + "models. NeurIPS 35, 26565–26577.",
        ["dpm"] = "Lu, C., Zhou, Y., Bao, F., Chen, J., Li, C. and Zhu, J. (2022). DPM-Solver++: fast solver for guided sampling of "
            + "diffusion probabilistic models. arXiv:2211.01095.",
        ["unipc"] = "Zhao, W., Bai, L., Rao, Y., Zhou, J. and Lu, J. (2023). UniPC: a unified predictor-corrector framework for fast "
            + "sampling of diffusion models. NeurIPS 36.",
        ["pndm"] = "Liu, L., Ren, Y., Lin, Z. and Zhao, Z. (2022). Pseudo numerical methods for diffusion models on manifolds. ICLR.",
        ["lcm"] = "Luo, S., Tan, Y., Huang, L., Li, J. and Zhao, H. (2023). Latent consistency models: synthesizing high-resolution "
            + "images with few-step inference. arXiv:2310.04378.",
        ["ssim"] = "Wang, Z., Bovik, A. C., Sheikh, H. R. and Simoncelli, E. P. (2004). Image quality assessment: from error visibility "
            + "to structural similarity. IEEE Transactions on Image Processing 13(4), 600–612.",
        ["lpips"] = "Zhang, R., Isola, P., Efros, A. A., Shechtman, E. and Wang, O. (2018). The unreasonable effectiveness of deep "
            + "features as a perceptual metric. CVPR, 586–595.",
        ["hou"] = "Hou, X. and Zhang, L. (2007). Saliency detection: a spectral residual approach. CVPR.",
        ["montabone"] = "Montabone, S. and Soto, A. (2010). Human detection using a mobile platform and novel features derived from a "
            + "visual saliency mechanism. Image and Vision Computing 28(3), 391–402.",
        ["bylinskii"] = "Bylinskii, Z., Judd, T., Oliva, A., Torralba, A. and Durand, F. (2019). What do different evaluation metrics "
            + "tell us about saliency models? IEEE Transactions on Pattern Analysis and Machine Intelligence 41(3), 740–757.",
        ["cr2"] = "Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage "
            + "samples. Survey Methodology 28(2), 169–181.",
        ["tost"] = "Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach for assessing the "
            + "equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 15, 657–680.",
    };

    readonly List<string> _used = [];
    public IEnumerable<string> Listed => _used.Select(key => s_works[key]);

    public string Number(string text)
    {
        foreach (string key in Keys(text).ToArray())
        {
            if (!s_works.ContainsKey(key)) throw new ArgumentException($"No work '{key}'.", nameof(text));
            if (!_used.Contains(key)) _used.Add(key);
            text = text.Replace($"[{key}]", FormattableString.Invariant($"[{_used.IndexOf(key) + 1}]"), StringComparison.Ordinal);
        }
        return text;
    }

    static IEnumerable<string> Keys(string text)
    {
        for (int open = text.IndexOf('[', StringComparison.Ordinal); open >= 0; open = text.IndexOf('[', open + 1))
        {
            int close = text.IndexOf(']', open);
            if (close > open) yield return text[(open + 1)..close];
        }
    }
}
