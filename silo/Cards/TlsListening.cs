using Microsoft.AspNetCore.Server.Kestrel.Https;
using OpenSora.Contracts.Cards;

namespace OpenSora.Silo.Cards;

internal static class TlsListening
{
    /// <summary>Shows the silo's certificate. A card may show its own; what is for cards alone asks for it itself.</summary>
    public static void Admit(this HttpsConnectionAdapterOptions https, ClusterTls tls) =>
        (https.ServerCertificate, https.ClientCertificateMode, https.ClientCertificateValidation) =
        (tls.Certificate, ClientCertificateMode.AllowCertificate, (certificate, _, _) => tls.IsMember(certificate));
}
