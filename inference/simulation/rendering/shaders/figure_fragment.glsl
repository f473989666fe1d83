#include colour
uniform sampler2D noise;         // fine structure, blots; 0.5 in the mean
in vec3 lit;
in vec3 shining;
in vec3 rest;
flat in vec3 first;
flat in vec4 second;
flat in vec4 laid;
layout(location = 0) out vec4 shaded;

const float SKIN = 0.0, HAIR = 1.0;

// 0 and 1 in turn, half a period each, smooth over a pixel.
float stripes(float x) {
    float wide = fwidth(x);
    float wave = 0.25 - abs(fract(x) - 0.5);
    return mix(clamp(wave / max(wide, 1e-4) + 0.5, 0.0, 1.0), 0.5, clamp(2.0 * wide - 0.6, 0.0, 1.0));
}

float step_at(float x, float edge) {
    return clamp((x - edge) / max(fwidth(x), 1e-4) + 0.5, 0.0, 1.0);
}

// Share of the second colour. The numbers are those of figures.Pattern.
float share(vec2 cloth, float blots) {
    int pattern = int(laid.x + 0.5);
    vec2 periods = cloth * second.w;
    float low = laid.y, high = laid.z;
    float across = stripes(periods.y);
    float along = stripes(periods.x);
    float from_dot = length(fract(periods) - 0.5);
    float dots = 1.0 - step_at(from_dot, 0.3);
    float print = 1.0 - step_at(max(abs(rest.y) / 0.11, abs(rest.z - mix(low, high, 0.66)) / 0.1), 1.0);
    float answer = 0.0;
    answer = pattern == 1 ? across : answer;
    answer = pattern == 2 ? along : answer;
    answer = pattern == 3 ? 0.5 * (across + along) : answer;
    answer = pattern == 4 ? dots : answer;
    answer = pattern == 5 ? clamp((blots - 0.5) * 14.0 + 0.5, 0.0, 1.0) : answer;
    answer = pattern == 6 ? 1.0 - step_at(rest.z, mix(low, high, 0.5)) : answer;
    return pattern == 7 ? print : answer;
}

void main() {
    // Cloth hangs round the body: one way along it is the height, the other a way round.
    vec2 cloth = vec2(rest.y + 0.7 * rest.x, rest.z);
    bool hair = laid.w == HAIR;
    vec2 fine_at = hair ? vec2(rest.y + rest.x, rest.z * 0.12) * 3.0 : cloth * 3.1;
    vec4 weave = texture(noise, fine_at);
    float blots = texture(noise, cloth * second.w * 0.09 + 0.21).g;
    vec3 colour = mix(first, second.rgb, share(cloth, blots));
    float rough = weave.r - 0.5;
    vec3 uneven = laid.w == SKIN ? vec3(0.18, 0.3, 0.3) * (blots - 0.5) : vec3(hair ? 1.3 * rough : 0.5 * rough);
    shaded = vec4(kept(colour * max(1.0 + uneven, 0.1) * lit + shining), 1.0);
}
