import { AnalyticsService, NoTrack, Track, TrackView } from '@analytics/client/nestjs';
import { Controller, Get, NotFoundException, Param, Post, Req } from '@nestjs/common';

const TEAS = new Map([['assam', '12.50']]);

@Controller('teas')
@Track('api_call')
export class TeaController {
  constructor(private readonly analytics: AnalyticsService) {}

  @Get(':id')
  price(@Param('id') id: string) {
    const price = TEAS.get(id);
    if (!price) throw new NotFoundException();
    return { id, price };
  }

  @Post(':id/orders')
  @NoTrack()
  order(@Param('id') tea: string, @Req() request: never) {
    const amount = TEAS.get(tea) ?? '0';
    this.analytics.of(request).track('order', { tea }, { revenue: { amount, currency: 'EUR' } });
    return { tea, amount };
  }

  @Get()
  @TrackView('Teas')
  list() {
    return `<h1>Teas</h1><p>${[...TEAS.keys()].join(', ')}</p>`;
  }
}
