package android.webkit;

import android.graphics.Bitmap;
import android.net.http.SslError;

/** What the app overrides, methods of API 24 and 26 among them. See stubs/README.md. */
public class WebViewClient {
    public boolean shouldOverrideUrlLoading(WebView view, WebResourceRequest request) { throw new RuntimeException("stub"); }

    public void onPageStarted(WebView view, String url, Bitmap favicon) { throw new RuntimeException("stub"); }

    public void onPageFinished(WebView view, String url) { throw new RuntimeException("stub"); }

    public void onReceivedError(WebView view, WebResourceRequest request, WebResourceError error) { throw new RuntimeException("stub"); }

    public void onReceivedHttpError(WebView view, WebResourceRequest request, WebResourceResponse response) { throw new RuntimeException("stub"); }

    public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) { throw new RuntimeException("stub"); }

    public void doUpdateVisitedHistory(WebView view, String url, boolean isReload) { throw new RuntimeException("stub"); }

    public boolean onRenderProcessGone(WebView view, RenderProcessGoneDetail detail) { throw new RuntimeException("stub"); }
}
