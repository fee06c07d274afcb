global using Alignment.Tests.Common;
global using NUnit.Framework;
