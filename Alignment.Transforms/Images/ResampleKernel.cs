namespace Alignment.Transforms.Images;

/// <summary>Kernels of a resampling that is widened where it shrinks; the numbers are Pillow's, which model configurations use.</summary>
public enum ResampleKernel
{
    /// <summary>The nearest pixel.</summary>
    Nearest = 0,

    /// <summary>Lanczos' windowed sinc of three lobes.</summary>
    Lanczos = 1,

    /// <summary>Two neighbours, weighed by nearness.</summary>
    Bilinear = 2,

    /// <summary>Keys' cubic convolution with a = −½ (IEEE Trans. ASSP 29, 1981).</summary>
    Bicubic = 3,

    /// <summary>The mean of the pixels below.</summary>
    Box = 4,

    /// <summary>Hamming's windowed sinc of one lobe.</summary>
    Hamming = 5,
}
